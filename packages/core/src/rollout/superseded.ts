import { sameTemplate } from '../workload/deployment.ts';
import type { PodTemplate } from '../workload/types.ts';
import { type RolloutTarget, rulesOf } from './target.ts';

function imageOf(template: PodTemplate, name: string): string | undefined {
  return [...template.spec.containers, ...(template.spec.initContainers ?? [])].find(
    (container) => container.name === name,
  )?.image;
}

/** A template without its annotations: by them `rollout restart` and reloaders roll pods. */
function withoutAnnotations(template: PodTemplate): PodTemplate {
  return { ...template, metadata: { labels: template.metadata?.labels ?? {} } };
}

/**
 * Whether the live template differs from ours in what we set: then somebody else's rollout has begun.
 * Changes of annotations, and of other fields where we set images, are followed.
 */
export function isSuperseded(target: RolloutTarget, live: PodTemplate): boolean {
  // What cannot be put back has a template that nobody can change, or none that a rollout is about.
  if (!target.workload) return false;
  const ours = rulesOf(target).template(target.written);
  if (!ours) return false;
  const { imagesOf } = target;
  if (imagesOf) return imagesOf.some((name) => imageOf(ours, name) !== imageOf(live, name));
  return !sameTemplate(withoutAnnotations(ours), withoutAnnotations(live));
}
