import type { KubeObject } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import type { DaemonSet } from './daemon-set.ts';
import { podOf, template } from './kinds.test-data.ts';

/** The status of a DaemonSet. */
export type Status = NonNullable<DaemonSet['status']>;

export const NEW = '77487b88bc';
export const OLD = 'c7fb4dbbf';

/** On three nodes, where all pods are updated, unless told otherwise. */
export function daemonSet(
  status: Partial<Status> = {},
  spec: Partial<DaemonSet['spec']> = {},
): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'set-1', generation: 2 },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      updateStrategy: { type: 'RollingUpdate' },
      template: template(),
      ...spec,
    },
    status: {
      observedGeneration: 2,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      ...status,
    },
  };
}

/** What the controller keeps of a template. */
export function revision(
  owner: KubeObject,
  number: number,
  hash: string,
  image?: string,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `web-${hash}`,
      uid: `uid-${hash}`,
      labels: { app: 'web', 'controller-revision-hash': hash },
      ownerReferences: [
        { kind: 'DaemonSet', name: 'web', uid: owner.metadata.uid ?? '', controller: true },
      ],
    },
    data: { spec: { template: { $patch: 'replace', ...template(image) } } },
    revision: number,
  };
}

/** A pod on a node, of the new template unless told otherwise. */
export function podOn(
  node: string,
  set: KubeObject,
  hash = NEW,
  options: { readonly ready?: boolean; readonly leaving?: boolean } = {},
): Pod {
  const labels = { 'controller-revision-hash': hash };
  return podOf(set, { name: `web-${node}-${hash}`, node, labels, ...options });
}

/** A node, fit unless told otherwise. */
export function node(name: string, ready = true, unschedulable = false): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: unschedulable ? { unschedulable } : {},
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  };
}
