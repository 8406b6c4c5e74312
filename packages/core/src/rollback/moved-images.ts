import { objectName } from '../cluster/object.ts';
import { byDigest, parseImage } from '../registry/reference.ts';
import type { ReleaseContent } from '../release/release.ts';
import { rulesOf } from '../rollout/target.ts';
import type { Standing } from '../rollout/tracker.ts';
import { type Architectures, runsOn, tellApart } from '../workload/architectures.ts';
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

/** That it cannot be told whether a tag has moved, in one sentence. */
export function untoldSentence({
  workload,
  container,
  image,
  release,
  ...one
}: MovedImage): string {
  return (
    `Whether the tag of ${image} still names what release ${release} ran cannot be told: container ${container} of ${workload} ` +
    `runs ${one.found}, that release ran ${one.recorded}, and a node of another architecture may have an image of its own.`
  );
}

interface Difference {
  readonly before: readonly ImageId[];
  readonly now: ImageId;
}

/** What is there and was not recorded; only what the runtime names in the same way is compared. */
function differencesOf(
  recorded: readonly ImageId[],
  found: readonly ImageId[],
): readonly Difference[] {
  return found.flatMap((now) => {
    const before = recorded.filter((one) => one.of === now.of);
    const isNew = before.length > 0 && before.every(({ digest }) => digest !== now.digest);
    return isNew ? [{ before, now }] : [];
  });
}

/** What the images that differ from what was recorded come to. */
export interface Compared {
  /** Not what the release ran under the same tag. */
  readonly moved: readonly MovedImage[];
  /** It cannot be told whether it is that. */
  readonly untold: readonly MovedImage[];
}

/** What a difference comes to, going by the nodes: of several images that were recorded, one suffices. */
function judge(
  { before, now }: Difference,
  architectures: Architectures,
): ReturnType<typeof tellApart> {
  const all = before.map((one) => tellApart(one, now, architectures));
  return all.find((one) => one === 'moved') ?? all.find((one) => one === 'unknown') ?? 'other';
}

/**
 * The images that the new pods run and that are not what the release ran, as far as that was recorded.
 * What is named by its digest cannot have moved, and what another architecture runs has not. Pure.
 * @param architectures of the nodes; without them only what one and the same node runs is compared
 */
export function movedImages(
  standings: readonly Standing[],
  { sources }: RollbackTarget,
  from: readonly Source[],
  architectures: Architectures,
): Compared {
  const all = standings.flatMap(({ target, observation: { object, related } }) => {
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
      const differences = differencesOf(images[container] ?? [], found).map((one) => {
        return { ...one, verdict: judge(one, architectures) };
      });
      const difference =
        differences.find(({ verdict }) => verdict === 'moved') ??
        differences.find(({ verdict }) => verdict === 'unknown');
      if (!difference) return [];
      const { before, now, verdict } = difference;
      const [only] = before;
      const one = { release: number, workload: target.name, container, image, found: now.digest };
      const nodes = found.flatMap((id) => id.nodes ?? []);
      const isPinnable =
        only?.of === 'manifest' && before.length === 1 && runsOn(only, nodes, architectures);
      const pin = isPinnable ? byDigest(image, only.digest) : undefined;
      const recordedDigests = before.map(({ digest }) => digest).join(', ');
      return [{ verdict, image: { ...one, recorded: recordedDigests, pin } }];
    });
  });
  const those = (wanted: 'moved' | 'unknown') =>
    all.flatMap(({ verdict, image }) => (verdict === wanted ? [image] : []));
  return { moved: those('moved'), untold: those('unknown') };
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
