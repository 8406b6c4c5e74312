import { byDigest, parseImage } from '../registry/reference.ts';
import type { RegistryClient } from '../registry/registry.ts';
import type { Finding } from '../report/finding.ts';
import { imageIdsOf } from '../workload/image-ids.ts';
import { imagePlaces } from '../workload/images.ts';
import { rulesOf } from './target.ts';
import type { Standing } from './tracker.ts';

/** An image that runs, by its tag and by the digest that the runtime reports. */
export interface RunningImage {
  readonly workload: string;
  readonly container: string;
  readonly image: string;
  readonly digest: string;
}

/** The look at the registries must not hold up a verdict. */
const MOST_TIME = 5_000;
const MOST_IMAGES = 20;

/** The images of new pods that are named by a tag, and not by their digest. Pure. */
export function taggedImages(standings: readonly Standing[]): readonly RunningImage[] {
  return standings.flatMap(({ target, observation }) => {
    const { object, related } = observation;
    const template = object && rulesOf(target).template(object);
    if (!template) return [];
    return imagePlaces(template).flatMap(({ container, image = '' }) => {
      if (parseImage(image)?.digest !== undefined) return [];
      // An image that came without a registry has no digest there.
      return imageIdsOf(related.newPods, container)
        .filter((id) => id.of === 'manifest')
        .map(({ digest }) => ({ workload: target.name, container, image, digest }));
    });
  });
}

function findingOf({ workload, container, image, digest }: RunningImage, now: string): Finding {
  const short = (text: string): string => text.slice(0, 'sha256:'.length + 12);
  return {
    workload,
    reason: 'ImageTagMoved',
    class: 'permanent',
    container,
    message: `The tag of ${image} names another image now (${short(now)}) than the one that container ${container} of ${workload} runs (${short(digest)}).`,
    hint: `Give every build a tag of its own, such as the commit, or name the image by its digest: ${byDigest(image, now)}.`,
  };
}

/**
 * Tags that name another image than the one that runs, as far as their registries can be asked: who
 * cannot be asked, or does not answer within 5 s, is no finding.
 */
export async function findMovedTags(
  standings: readonly Standing[],
  registries: Pick<RegistryClient, 'compare'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(MOST_TIME)]);
  const images = taggedImages(standings).slice(0, MOST_IMAGES);
  const answers = new Map<string, ReturnType<RegistryClient['compare']>>();
  const found = await Promise.all(
    images.map(async (running) => {
      const image = parseImage(running.image);
      if (!image) return [];
      const key = `${running.image} ${running.digest}`;
      const asked = answers.get(key) ?? registries.compare(image, running.digest, limit);
      answers.set(key, asked);
      const answer = await asked;
      return answer.names === 'another' ? [findingOf(running, answer.digest)] : [];
    }),
  );
  return found.flat();
}
