import type { Finding } from '../report/finding.ts';
import { imagePlaces } from '../workload/images.ts';
import { templateOf, templatePath } from '../workload/template.ts';
import type { PlannedWrite } from './plan.ts';

/**
 * `finding` with the place in the user's manifests that it is about: the image's line for an image
 * that cannot be pulled, else the container, else the workload.
 */
export function locate(finding: Finding, plan: readonly PlannedWrite[]): Finding {
  const planned = plan.find(({ name }) => name === finding.workload);
  if (!planned?.positionOf || finding.position) return finding;
  const template = templateOf(planned.result);
  const place =
    template && imagePlaces(template).find(({ container }) => container === finding.container);
  if (!place) {
    return planned.position ? { ...finding, position: planned.position } : finding;
  }
  const path = [...templatePath(planned.result.kind), 'spec', place.list, place.index];
  const aboutImage = finding.reason.includes('Image');
  return { ...finding, position: planned.positionOf(aboutImage ? [...path, 'image'] : path) };
}
