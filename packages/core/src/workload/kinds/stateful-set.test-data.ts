import type { KubeObject } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import { podOf, template } from './kinds.test-data.ts';
import type { StatefulSet } from './stateful-set.ts';

/** The status of a StatefulSet. */
export type Status = NonNullable<StatefulSet['status']>;

export const NEW = 'web-cb9c88b47';
export const OLD = 'web-8cf8bf79b';

/** Three pods that are all updated, unless told otherwise. */
export function statefulSet(
  spec: Partial<StatefulSet['spec']> = {},
  status: Partial<Status> = {},
): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'set-1', generation: 2 },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      template: template(),
      ...spec,
    },
    status: {
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentRevision: OLD,
      updateRevision: NEW,
      ...status,
    },
  };
}

/** The pod of an ordinal, of a revision. */
export function podAt(
  set: KubeObject,
  ordinal: number,
  revision: string,
  options: { readonly ready?: boolean; readonly leaving?: boolean } = {},
): Pod {
  const labels = { 'controller-revision-hash': revision };
  return podOf(set, { name: `web-${ordinal}`, labels, ...options });
}

export const partitioned = (partition: number) => ({
  updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate: { partition } },
});
export const onDelete = { updateStrategy: { type: 'OnDelete' as const } };
