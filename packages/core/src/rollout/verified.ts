import { isDeepStrictEqual } from 'node:util';
import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { byDigest } from '../registry/reference.ts';
import { whyNotServing } from '../release/history.ts';
import type { Ledger } from '../release/ledger.ts';
import type { Measured } from '../release/measured.ts';
import type { Release, ReleaseWorkload } from '../release/release.ts';
import { imagePlaces, withImages } from '../workload/images.ts';
import { templateOf, workloadResource } from '../workload/template.ts';
import type { PodTemplate } from '../workload/types.ts';

function imagesOf(template: PodTemplate): unknown {
  return imagePlaces(template).map(({ list, container, image }) => ({ list, container, image }));
}

/** The template with the images of `present` that name, by its digest, what the release ran. */
function withDigestsOf(
  { template, images = {} }: ReleaseWorkload,
  present: PodTemplate,
): PodTemplate {
  const live = new Map(imagePlaces(present).map(({ container, image }) => [container, image]));
  const same = imagePlaces(template).flatMap(({ container, image = '' }) => {
    const now = live.get(container);
    const ran = (images[container] ?? []).some(({ digest }) => byDigest(image, digest) === now);
    return ran && now ? [[container, now] as const] : [];
  });
  return withImages(template, new Map(same));
}

/**
 * Why a workload is not what the release made of it; `undefined` when it is, as far as its images tell:
 * the rest of a template is also changed by `rollout restart` and by reloaders; and a rollback may have
 * named an image by the digest that its tag had in the release. Pure.
 */
export function whyNotReleased(
  released: ReleaseWorkload,
  live: KubeObject | undefined,
): string | undefined {
  const { workload } = released;
  const name = objectName(workload.kind, workload.name);
  const present = live && templateOf(live);
  if (!present) return `${name} is not there any more`;
  const template = withDigestsOf(released, present);
  if (isDeepStrictEqual(imagesOf(present), imagesOf(template))) return undefined;
  return `somebody else has set other images on ${name}`;
}

/** Where a release is looked for. */
interface Place {
  readonly connection: Connection;
  readonly ledger: Ledger;
}

/**
 * Why `release` is not what serves any more: by the ledger, or because somebody has set other images;
 * `undefined` when it is.
 * @param releases of the ledger, as they are now
 * @throws ApiError
 */
export async function whyNotRunning(
  connection: Connection,
  releases: readonly Release[],
  release: Release,
  workloads: readonly ReleaseWorkload[],
  options: RequestOptions,
): Promise<string | undefined> {
  const why = whyNotServing(releases, release);
  if (why) return why;
  for (const one of workloads) {
    const { kind, namespace, name } = one.workload;
    const live = await readObject(connection, workloadResource(kind), namespace, name, options);
    const other = whyNotReleased(one, live);
    if (other) return other;
  }
  return undefined;
}

/**
 * Marks `release` as verified, when it is what serves: what was verified is what runs. Gives why it did
 * not; `undefined` when it did. For the holder of the lease: else another run may change it in between.
 * @param releases of the ledger, as they are now
 * @param options what was measured of it is kept with the mark
 * @throws ApiError, or the signal's reason when that has aborted by the time of the write
 */
export async function markVerified(
  { connection, ledger }: Place,
  releases: readonly Release[],
  release: Release,
  workloads: readonly ReleaseWorkload[],
  { measured, ...options }: RequestOptions & { readonly measured?: Measured },
): Promise<string | undefined> {
  const why = await whyNotRunning(connection, releases, release, workloads, options);
  if (why) return why;
  options.signal?.throwIfAborted();
  await ledger.mark(release, 'verified', release.takenBack, measured);
  return undefined;
}
