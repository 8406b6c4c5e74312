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
  /** Names of the nodes on which it ran, some of them where they are many. */
  readonly nodes?: readonly string[];
}

/** More are no better evidence of what a node's platform is. */
const MOST_NODES = 20;

/**
 * Reads `status.containerStatuses[].imageID`: `repository@sha256:…`, with `docker-pullable://` before it
 * from dockershim's heirs, or `sha256:…` alone. `undefined` before the container has one.
 */
export function parseImageId(imageID: string): ImageId | undefined {
  const [, at, digest] = /(^|@|\/)(sha256:[a-f0-9]{64})$/.exec(imageID) ?? [];
  if (!digest) return undefined;
  return { digest, of: at === '@' ? 'manifest' : 'config' };
}

/** The images that the containers of that name run in `pods`, init containers included, each once, with its nodes. */
export function imageIdsOf(pods: readonly Pod[], container: string): readonly ImageId[] {
  const found = pods.flatMap(({ spec: { nodeName }, status }) =>
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].flatMap(
      ({ name, imageID = '' }) => {
        const id = name === container ? parseImageId(imageID) : undefined;
        return id ? [{ ...id, nodeName }] : [];
      },
    ),
  );
  const groups = Map.groupBy(found, ({ of, digest }) => `${of} ${digest}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { digest, of } = first;
    const nodes = [...new Set(group.flatMap(({ nodeName }) => nodeName ?? []))].sort();
    return [{ digest, of, ...(nodes.length > 0 ? { nodes: nodes.slice(0, MOST_NODES) } : {}) }];
  });
}
