import type { Pod } from './types.ts';

/** An image as a container runtime names it. Of two, only those of one sort can be compared. */
export interface ImageId {
  /** `sha256:…` */
  readonly digest: string;
  /**
   * `manifest`: of what a registry gave, for one platform or an index of several, whichever the runtime
   * reports. `config`: of the image's configuration, where it came without a registry.
   */
  readonly of: 'manifest' | 'config';
}

/**
 * Reads `status.containerStatuses[].imageID`: `repository@sha256:…`, with `docker-pullable://` before it
 * from dockershim's heirs, or `sha256:…` alone. `undefined` before the container has one.
 */
export function parseImageId(imageID: string): ImageId | undefined {
  const [, at, digest] = /(^|@|\/)(sha256:[a-f0-9]{64})$/.exec(imageID) ?? [];
  if (!digest) return undefined;
  return { digest, of: at === '@' ? 'manifest' : 'config' };
}

/** The images that the containers of that name run in `pods`, init containers included, each once. */
export function imageIdsOf(pods: readonly Pod[], container: string): readonly ImageId[] {
  const found = pods
    .flatMap(({ status }) => [
      ...(status?.containerStatuses ?? []),
      ...(status?.initContainerStatuses ?? []),
    ])
    .flatMap(({ name, imageID = '' }) => (name === container ? (parseImageId(imageID) ?? []) : []));
  return [...new Map(found.map((id) => [`${id.of} ${id.digest}`, id])).values()];
}
