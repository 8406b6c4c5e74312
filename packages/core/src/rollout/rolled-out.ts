import { type Completion, completionOf, type SeenWorkload } from '../release/completion.ts';
import { recordConfig, referredConfig } from '../release/config-record.ts';
import { readConfig } from '../release/read-config.ts';
import type { ReleaseContent } from '../release/release.ts';
import { imageIdsOf } from '../workload/image-ids.ts';
import { imagePlaces } from '../workload/images.ts';
import type { FollowTools } from './follow.ts';
import { rulesOf } from './target.ts';
import type { Standing } from './tracker.ts';

/** The workloads as the watch has seen them last: their templates, and what their new pods run. Pure. */
export function seenWorkloads(standings: readonly Standing[]): readonly SeenWorkload[] {
  return standings.flatMap(({ target, observation: { object, related } }) => {
    const template = target.workload && object && rulesOf(target).template(object);
    if (!template) return [];
    const images = imagePlaces(template).map(
      ({ container }) => [container, imageIdsOf(related.newPods, container)] as const,
    );
    return [{ name: target.name, template, images: Object.fromEntries(images) }];
  });
}

/**
 * What completes the release of `content` once it is rolled out. Only what its pods read of others'
 * ConfigMaps and of Secrets is asked for; the rest has been watched.
 */
export async function completionAfter(
  { connection, namespace, signal }: Pick<FollowTools, 'connection' | 'namespace' | 'signal'>,
  content: ReleaseContent,
  standings: readonly Standing[],
): Promise<Completion> {
  const seen = seenWorkloads(standings);
  const templates = content.workloads.map(({ template }) => template);
  const references = referredConfig(templates, content.objects);
  const live = await readConfig(connection, namespace, references, { signal });
  return completionOf(content, seen, await recordConfig(references, live));
}
