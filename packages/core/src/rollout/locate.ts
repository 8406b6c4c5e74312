import type { Finding } from '../report/finding.ts';
import { referencePath } from '../workload/config-references.ts';
import { imagePlaces } from '../workload/images.ts';
import { templateOf, templatePath } from '../workload/template.ts';
import type { PodTemplate } from '../workload/types.ts';
import type { PlannedWrite } from './plan.ts';

/** What of a container a reason is about, where that is written down. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ProbeFailed: ['readinessProbe'],
  LivenessProbeFailed: ['livenessProbe'],
  StartupProbeFailed: ['startupProbe'],
  OOMKilled: ['resources', 'limits', 'memory'],
  ContainerCannotRun: ['command'],
};

/** The path in the template of what a finding is about: the reference, the field, or the container. */
function pathOf(
  { reason, container, missing }: Finding,
  template: PodTemplate,
): readonly PropertyKey[] | undefined {
  const reference = missing && referencePath(template, missing);
  if (reference) return reference;
  if (reason === 'Unschedulable' && template.spec.nodeSelector) return ['spec', 'nodeSelector'];
  const place = imagePlaces(template).find((one) => one.container === container);
  if (!place) return undefined;
  const field = reason.includes('Image') ? ['image'] : (FIELDS[reason] ?? []);
  return ['spec', place.list, place.index, ...field];
}

/**
 * `finding` with the place in the user's manifests that it is about: the line of the image, the probe,
 * the limit or the reference where it is about one, else that of the container, else of the workload.
 */
export function locate(finding: Finding, plan: readonly PlannedWrite[]): Finding {
  const planned = plan.find(({ name }) => name === finding.workload);
  if (!planned?.positionOf || finding.position) return finding;
  const template = templateOf(planned.result);
  const path = template && pathOf(finding, template);
  if (!path) return planned.position ? { ...finding, position: planned.position } : finding;
  const position = planned.positionOf([...templatePath(planned.result.kind), ...path]);
  return { ...finding, position };
}
