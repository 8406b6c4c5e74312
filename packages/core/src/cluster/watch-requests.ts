import type { KubeRequest } from './connection.ts';
import { collectionPath } from './object.ts';
import type { WatchTarget } from './watch.ts';

/** The server closes a watch after a random time; asking for one spreads the reconnects. */
const SHORTEST_WATCH = 240;
const LONGEST_WATCH = 290;
/** Names and versions without the objects themselves; whole objects from a server without that form. */
const METADATA_ONLY =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

function request(
  verb: string,
  { resource, namespace, labelSelector, fieldSelector }: WatchTarget,
  query: Readonly<Record<string, string>>,
): KubeRequest {
  const everywhere = resource.namespaced ? ' in all namespaces' : '';
  return {
    method: 'GET',
    path: collectionPath(resource, namespace),
    query: {
      ...(labelSelector ? { labelSelector } : {}),
      ...(fieldSelector ? { fieldSelector } : {}),
      ...query,
    },
    purpose: `${verb} ${resource.name}${namespace ? ` in namespace ${namespace}` : everywhere}`,
  };
}

/** Asks for all objects, by a read that is consistent with etcd: no resourceVersion. */
export function listRequest(target: WatchTarget): KubeRequest {
  return request('list', target, {});
}

/** Asks which objects there are in which versions, consistent likewise. */
export function versionsRequest(target: WatchTarget): KubeRequest {
  return { ...request('list', target, {}), accept: METADATA_ONLY };
}

/**
 * Asks for all changes from a version on; without one, for all objects first, with a bookmark at
 * their end (KEP-3157).
 * @param random between 0 and 1
 */
export function watchRequest(
  target: WatchTarget,
  resourceVersion: string | undefined,
  random: number,
): KubeRequest {
  const timeout = SHORTEST_WATCH + Math.floor(random * (LONGEST_WATCH - SHORTEST_WATCH));
  return request('watch', target, {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeout),
    ...(resourceVersion === undefined
      ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion }),
  });
}
