import { objectName } from '../cluster/object.ts';
import { parseImage } from '../registry/reference.ts';
import type { RegistryClient } from '../registry/registry.ts';
import type { ReleaseContent } from '../release/release.ts';
import { holds } from '../workload/kinds/status.ts';
import type { Container, Pod, PodSpec } from '../workload/types.ts';

/** The look at the registries must not hold up a rollback. */
const MOST_TIME = 5_000;
const MOST_IMAGES = 20;

/** An image that a workload is to run again. */
export interface RestoredImage {
  /** `kind/name`. */
  readonly workload: string;
  readonly container: string;
  readonly image: string;
  /** Whether a node that has it asks the registry all the same: `imagePullPolicy: Always`. */
  readonly always: boolean;
}

function containersOf({ containers, initContainers = [] }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

/** The images that `names` (`kind/name`) run in a release, each once. Pure. */
export function restoredImages(
  { workloads }: ReleaseContent,
  names: readonly string[],
): readonly RestoredImage[] {
  const found = new Map<string, RestoredImage>();
  for (const { workload: ref, template } of workloads) {
    const workload = objectName(ref.kind, ref.name);
    if (!names.includes(workload)) continue;
    for (const { name, image, imagePullPolicy } of containersOf(template.spec)) {
      const always = imagePullPolicy === 'Always';
      const key = `${image} ${always}`;
      if (image && !found.has(key)) found.set(key, { workload, container: name, image, always });
    }
  }
  return [...found.values()];
}

/** Those of the images that their registries do not have any more, as far as these can be asked within 5 s. */
export async function findGoneImages(
  images: readonly RestoredImage[],
  registries: Pick<RegistryClient, 'has'>,
  signal: AbortSignal,
): Promise<readonly RestoredImage[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(MOST_TIME)]);
  const answers = await Promise.all(
    images.slice(0, MOST_IMAGES).map(async (one) => {
      const image = parseImage(one.image);
      return image && (await registries.has(image, limit)) === false ? [one] : [];
    }),
  );
  return answers.flat();
}

/** What an image that is gone means for a rollback. */
export interface GoneImage {
  /** No pod could be started with it. */
  readonly fatal: boolean;
  /** One or two sentences. */
  readonly message: string;
}

/**
 * Whether a rollback can succeed without what is gone from the registry: where a node may have kept it,
 * or pods still run it, that cannot be ruled out. Pure.
 */
export function judgeGone(
  gone: readonly RestoredImage[],
  pods: readonly Pod[],
): readonly GoneImage[] {
  const running = new Set(
    pods
      .filter((pod) => holds(pod, 'Ready'))
      .flatMap(({ spec }) => containersOf(spec).map(({ image }) => image)),
  );
  return gone.map(({ workload, container, image, always }) => {
    const what = `The registry does not have ${image} any more, which container ${container} of ${workload} is to run again.`;
    if (always && !running.has(image)) {
      return { fatal: true, message: `${what} No pod runs it, and imagePullPolicy is Always.` };
    }
    return { fatal: false, message: `${what} Only a node that has kept it can start a pod.` };
  });
}
