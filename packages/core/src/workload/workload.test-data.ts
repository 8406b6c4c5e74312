import type { Deployment, Event, Pod, ReplicaSet } from './types.ts';

/** Objects as a real API server sends them, cut to what decisions read. */

type Status = NonNullable<Deployment['status']>;

/** A Deployment of 3 replicas whose rollout is complete, unless told otherwise. */
export function deployment(
  options: {
    readonly image?: string;
    readonly generation?: number;
    readonly uid?: string;
    readonly spec?: Partial<Deployment['spec']>;
    readonly status?: Partial<Status>;
    readonly probe?: boolean;
  } = {},
): Deployment {
  const { image = 'shop/web:2', generation = 2, uid = 'deployment-1', probe = true } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid, generation },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image,
              ...(probe ? { readinessProbe: { httpGet: { path: '/', port: 80 } } } : {}),
            },
          ],
        },
      },
      ...options.spec,
    },
    status: {
      observedGeneration: generation,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      ...options.status,
    },
  };
}

/** The ReplicaSet of `owner`'s template, or of another image. */
export function replicaSet(owner: Deployment, image?: string, uid = 'rs-new'): ReplicaSet {
  const { template } = owner.spec;
  const [first] = template.spec.containers;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${uid}`,
      uid,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [
        { kind: 'Deployment', name: 'web', uid: owner.metadata.uid ?? '', controller: true },
      ],
    },
    spec: {
      template: {
        metadata: { labels: { ...template.metadata?.labels, 'pod-template-hash': uid } },
        spec: image && first ? { containers: [{ ...first, image }] } : template.spec,
      },
    },
  };
}

/** A pod of `owner`, ready unless told otherwise. */
export function pod(
  owner: ReplicaSet,
  status: NonNullable<Pod['status']>['containerStatuses'] = [{ name: 'web', ready: true }],
  name = 'web-1',
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: `uid-${name}`,
      ownerReferences: [
        {
          kind: 'ReplicaSet',
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: owner.spec.template.spec,
    status: {
      phase: 'Running',
      containerStatuses: status ?? [],
      conditions: [
        { type: 'Ready', status: (status ?? []).every(({ ready }) => ready) ? 'True' : 'False' },
      ],
    },
  };
}

/** A warning about a pod. */
export function warning(about: Pod, reason: string, message: string): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name}.${reason}`, uid: `${about.metadata.uid}-${reason}` },
    involvedObject: { kind: 'Pod', name: about.metadata.name, uid: about.metadata.uid ?? '' },
    type: 'Warning',
    reason,
    message,
  };
}

/** A container that waits for `reason`. */
export function waiting(reason: string, message = '', restartCount = 0) {
  return [{ name: 'web', ready: false, restartCount, state: { waiting: { reason, message } } }];
}

/** A container that has ended after `restartCount` restarts. */
export function terminated(exitCode: number, restartCount: number, reason = 'Error') {
  return [
    {
      name: 'web',
      ready: false,
      restartCount,
      state: { terminated: { exitCode, reason, finishedAt: `${restartCount}` } },
    },
  ];
}
