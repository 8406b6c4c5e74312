import type { KubeObject } from '../cluster/object.ts';
import type { DaemonSet } from './kinds/daemon-set.ts';
import { type ControllerRevision, presentHash } from './kinds/daemon-set-revision.ts';
import type { StatefulSet } from './kinds/stateful-set.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** The revision number of a Deployment or ReplicaSet; `undefined` before the controller wrote it. */
export function revisionNumberOf(object: KubeObject): number | undefined {
  const text = object.metadata.annotations?.[REVISION];
  return text === undefined ? undefined : Number(text);
}

/**
 * What kubectl and the cluster call the present revision of a workload: the number of a Deployment,
 * the name of a StatefulSet's, the hash of a DaemonSet's. `undefined` for kinds without revisions.
 * @param owned its ControllerRevisions, for a DaemonSet
 */
export function revisionOf(
  object: KubeObject,
  owned: readonly KubeObject[] = [],
): string | undefined {
  switch (object.kind) {
    case 'Deployment':
      return revisionNumberOf(object)?.toString();
    case 'StatefulSet':
      return (object as StatefulSet).status?.updateRevision;
    case 'DaemonSet':
      return presentHash(object as DaemonSet, owned as readonly ControllerRevision[]);
    default:
      return undefined;
  }
}
