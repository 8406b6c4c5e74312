import { objectName } from '../cluster/object.ts';
import { byDigest, parseImage } from '../registry/reference.ts';
import type { ReleaseContent } from '../release/release.ts';
import { rulesOf } from '../rollout/target.ts';
import type { Standing } from '../rollout/tracker.ts';
import { type ImageId, imageIdsOf } from '../workload/image-ids.ts';
import { imagePlaces, withImages } from '../workload/images.ts';
import { templateOf, withTemplate } from '../workload/template.ts';
import type { PodTemplate } from '../workload/types.ts';
import type { Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';

/** An image that is not what the release ran under the same tag. */
export interface MovedImage {
  /** The release that is gone back to. */
  readonly release: number;
  /** `kind/name`. */
  readonly workload: string;
  readonly container: string;
  /** As the release has it. */
  readonly image: string;
  /** What the release ran, and what runs now: `sha256:…`. */
  readonly recorded: string;
  readonly found: string;
  /** The image of the release by its digest; `undefined` where no single digest is to pull it by. */
  readonly pin: string | undefined;
}

/** What has happened, in one sentence. */
export function movedSentence({ image, release, recorded, found }: MovedImage): string {
  return `The tag of ${image} names another image now (${found}) than the one that release ${release} ran (${recorded}).`;
}

/** What was done about it, in one sentence. */
export function repinnedSentence({ workload, container, image, found, pin }: MovedImage): string {
  return `Container ${container} of ${workload} runs ${pin}, because the tag of ${image} names another image now (${found}).`;
}

/** What is there and was not recorded; only what the runtime names in the same way is compared. */
function differenceOf(
  recorded: readonly ImageId[],
  found: readonly ImageId[],
): { readonly before: readonly ImageId[]; readonly now: ImageId } | undefined {
  for (const now of found) {
    const before = recorded.filter((one) => one.of === now.of);
    if (before.length > 0 && before.every(({ digest }) => digest !== now.digest)) {
      return { before, now };
    }
  }
  return undefined;
}

/**
 * The images that the new pods run and that are not what the release ran, as far as that was recorded.
 * What is named by its digest cannot have moved. Pure.
 */
export function movedImages(
  standings: readonly Standing[],
  { sources }: RollbackTarget,
  from: readonly Source[],
): readonly MovedImage[] {
  return standings.flatMap(({ target, observation: { object, related } }) => {
    const number = sources.get(target.name)?.number;
    const recorded = from
      .find(({ release }) => release.number === number)
      ?.content.workloads.find(
        ({ workload: { kind, name } }) => objectName(kind, name) === target.name,
      );
    const template = object && rulesOf(target).template(object);
    if (!recorded?.images || number === undefined || !template) return [];
    const { images } = recorded;
    return imagePlaces(template).flatMap(({ container, image = '' }) => {
      const reference = parseImage(image);
      if (!reference || reference.digest !== undefined) return [];
      const found = imageIdsOf(related.newPods, container);
      const difference = differenceOf(images[container] ?? [], found);
      if (!difference) return [];
      const { before, now } = difference;
      const [only] = before;
      const one = { release: number, workload: target.name, container, image, found: now.digest };
      const pin =
        only?.of === 'manifest' && before.length === 1 ? byDigest(image, only.digest) : undefined;
      return [{ ...one, recorded: before.map(({ digest }) => digest).join(', '), pin }];
    });
  });
}

/** What a release holds, with the images that have moved by their digests. Pure. */
export function pinned(content: ReleaseContent, moved: readonly MovedImage[]): ReleaseContent {
  const repinned = (template: PodTemplate, workload: string): PodTemplate => {
    const pins = moved.flatMap((one) =>
      one.workload === workload && one.pin ? [[one.container, one.pin] as const] : [],
    );
    return withImages(template, new Map(pins));
  };
  return {
    ...content,
    workloads: content.workloads.map((one) => {
      const { kind, name } = one.workload;
      return { ...one, template: repinned(one.template, objectName(kind, name)) };
    }),
    objects: content.objects.map((object) => {
      const template = templateOf(object);
      if (!template) return object;
      return withTemplate(
        object,
        repinned(template, objectName(object.kind, object.metadata.name)),
      );
    }),
  };
}
