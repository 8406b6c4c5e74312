import type { KubeObject } from '@paal/core/cluster/object';
import type { DaemonSet } from '@paal/core/workload/kinds/daemon-set';
import type { Deployment, Pod } from '@paal/core/workload/types';
import type { Recording } from './records.ts';

/** What a recording has to show, for it to be a record of a trap. */
export interface TrapRecord {
  /** File and phase: `deployment-crash: release 2`. */
  readonly recording: string;
  readonly shows: (recording: Recording) => boolean;
}

/** Whether a recording ever delivered an object of this kind for which that holds. */
function ever<T extends KubeObject>(
  kind: string,
  holds: (object: T, recording: Recording) => boolean,
): TrapRecord['shows'] {
  return (recording) =>
    recording.deliveries.some(
      (one) => one.kind === kind && one.object !== undefined && holds(one.object as T, recording),
    );
}

const deployment = (holds: (object: Deployment, recording: Recording) => boolean) =>
  ever<Deployment>('deployments.apps', holds);
const pod = (holds: (object: Pod, recording: Recording) => boolean) => ever<Pod>('pods', holds);

/** How many different values an object's field had. */
function values(recording: Recording, kind: string, read: (object: Deployment) => unknown): number {
  const found = recording.deliveries.flatMap((one) =>
    one.kind === kind && one.object ? [JSON.stringify(read(one.object as Deployment))] : [],
  );
  return new Set(found).size;
}

function waitsFor({ status }: Pod, reason: RegExp, text = /./): boolean {
  return (status?.containerStatuses ?? []).some(
    ({ state }) =>
      reason.test(state?.waiting?.reason ?? '') && text.test(state?.waiting?.message ?? ''),
  );
}

function hasReason(object: KubeObject, reason: string): boolean {
  return ((object as Deployment).status?.conditions ?? []).some((one) => one.reason === reason);
}

function hashOf({ metadata }: KubeObject): string {
  return metadata.labels?.['pod-template-hash'] ?? '';
}

/** How often the name of a new ReplicaSet was taken, which no decision reads. */
function collisions(status: object = {}): number {
  return (status as { readonly collisionCount?: number }).collisionCount ?? 0;
}

/** The recording of each trap that is a sequence of objects, and that a cluster can produce. */
export const TRAP_RECORDS: Readonly<Record<number, TrapRecord>> = {
  1: {
    recording: 'deployment-updated: release 2',
    shows: deployment(
      ({ metadata, status }) => (status?.observedGeneration ?? 0) < (metadata.generation ?? 0),
    ),
  },
  2: {
    recording: 'deployment-after-deadline: release 3',
    shows: deployment((object) => hasReason(object, 'ProgressDeadlineExceeded')),
  },
  3: {
    recording: 'deployment-scaled: release 2',
    shows: deployment(
      ({ metadata, spec, status }) =>
        status !== undefined &&
        status.observedGeneration === metadata.generation &&
        (status.readyReplicas ?? 0) >= (spec.replicas ?? 1) &&
        (status.updatedReplicas ?? 0) < (spec.replicas ?? 1),
    ),
  },
  4: {
    recording: 'deployment-updated: release 2',
    shows: ({ deliveries }) =>
      new Set(
        deliveries.flatMap(({ kind, object }) =>
          kind === 'pods' && object ? [hashOf(object)] : [],
        ),
      ).size > 1,
  },
  5: {
    recording: 'deployment-terminating: release 2',
    shows: ({ deliveries }) => {
      const complete = deliveries.find(({ kind, object }) => {
        const { replicas, updatedReplicas } = (object as Deployment | undefined)?.status ?? {};
        return kind === 'deployments.apps' && replicas === 1 && updatedReplicas === 1;
      });
      const gone = deliveries.filter(({ kind, object }) => kind === 'pods' && !object);
      return gone.some(({ at }) => complete !== undefined && at > complete.at + 2_000);
    },
  },
  6: {
    recording: 'deployment-min-ready: release 1',
    shows: deployment(({ status }) => status?.readyReplicas === 1 && !status.availableReplicas),
  },
  7: {
    recording: 'deployment-paused: release 2',
    shows: deployment(({ spec }) => spec.paused === true),
  },
  8: {
    recording: 'deployment-scaled: release 2',
    shows: (recording) => values(recording, 'deployments.apps', ({ spec }) => spec.replicas) > 1,
  },
  14: {
    recording: 'statefulset-wedged: back to release 1',
    shows: pod((one) => waitsFor(one, /CrashLoopBackOff/)),
  },
  15: {
    recording: 'deployment-recreate: release 2',
    shows: deployment(({ spec, status }) => spec.replicas === 2 && !status?.availableReplicas),
  },
  16: {
    recording: 'deployment-quota-freed: release 2',
    shows: ever('replicasets.apps', (object) => hasReason(object, 'FailedCreate')),
  },
  17: {
    recording: 'deployment-image-late: release 2',
    shows: pod((one) => waitsFor(one, /ErrImagePull/, /not found/)),
  },
  18: {
    recording: 'deployment-secret-late: release 2',
    shows: pod((one) => waitsFor(one, /CreateContainerConfigError/, /not found/)),
  },
  19: {
    recording: 'deployment-evicted: release 2',
    shows: pod((one) => hasReason(one, 'EvictionByEvictionAPI')),
  },
  20: {
    recording: 'deployment-sidecar-recovers: release 2',
    shows: pod(({ status }) =>
      (status?.initContainerStatuses ?? []).some(({ restartCount = 0 }) => restartCount > 0),
    ),
  },
  21: {
    recording: 'deployment-init-crash: release 2',
    shows: pod(
      ({ status }) =>
        status?.phase === 'Pending' &&
        (status.initContainerStatuses ?? []).some(({ restartCount = 0 }) => restartCount > 0),
    ),
  },
  22: {
    recording: 'deployment-never-ready: release 2',
    shows: deployment(
      ({ spec }, { policy }) => policy.timeout < (spec.progressDeadlineSeconds ?? 0) * 1_000,
    ),
  },
  23: {
    recording: 'deployment-still-broken: release 3',
    shows: ({ targets }) => targets.every(({ changed }) => !changed),
  },
  24: {
    recording: 'deployment-superseded: release 2',
    shows: (recording) =>
      values(recording, 'deployments.apps', ({ metadata }) => metadata.generation) > 1,
  },
  31: {
    recording: 'pod-failed: release 1',
    shows: pod(({ status }) =>
      (status?.containerStatuses ?? []).some(({ state }) => state?.terminated?.exitCode === 3),
    ),
  },
  32: {
    recording: 'daemonset-dead-node: release 2',
    shows: ever<DaemonSet>(
      'daemonsets.apps',
      ({ status }) => (status?.numberAvailable ?? 0) < (status?.currentNumberScheduled ?? 0),
    ),
  },
  33: {
    recording: 'deployment-collision: release 4',
    shows: deployment(({ status }) => collisions(status) > 0),
  },
};

/** Why the others have none: what tests them instead is named by its number. */
export const WITHOUT_RECORD: Readonly<Record<string, readonly number[]>> = {
  'what is written, not what is watched': [9, 13, 26, 27],
  'what a rollback goes back to': [10, 11, 12],
  'the way to the API server, which test/faults troubles': [25],
  'the end of the process': [28],
  'another system than Kubernetes': [29],
  'the words of a log, not a state of objects': [30, 34],
};
