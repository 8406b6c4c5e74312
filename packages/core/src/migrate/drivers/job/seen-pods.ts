import { disruptionOf } from '../../../workload/kinds/disruption.ts';
import type { ContainerStatus, Pod, Termination } from '../../../workload/types.ts';

/** What has been seen of one pod of a Job; it stays when the pod is gone. */
export interface SeenPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Whether the runner has begun in it. */
  readonly started: boolean;
  /** How the runner ended; `undefined` while it has not, and where nobody told. */
  readonly end: Termination | undefined;
  /** Whether nothing more will come of it. */
  readonly over: boolean;
  /** All of its containers ended with 0. */
  readonly succeeded: boolean;
  /** Why the cluster ended it, where it was the cluster. */
  readonly disrupted: string | undefined;
}

/** Pods by UID, in the order in which they were seen. */
export type SeenPods = ReadonlyMap<string, SeenPod>;

function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container);
}

function seen(pod: Pod, container: string, before: SeenPod | undefined): SeenPod {
  const { metadata, status } = pod;
  const { state, lastState } = statusOf(pod, container) ?? {};
  const end = state?.terminated ?? lastState?.terminated ?? before?.end;
  const phase = status?.phase ?? '';
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    // A container that could not be started has "terminated" without ever having run.
    started:
      before?.started === true ||
      state?.running !== undefined ||
      (end !== undefined && end.reason !== 'StartError' && end.reason !== 'ContainerCannotRun'),
    end,
    over: phase === 'Failed' || phase === 'Succeeded' || end !== undefined,
    succeeded: phase === 'Succeeded',
    disrupted: disruptionOf(pod) ?? before?.disrupted,
  };
}

/**
 * What is remembered of the pods of a Job after one more look at those that are there. Pure.
 * @param container in which the runner is
 */
export function rememberPods(before: SeenPods, pods: readonly Pod[], container: string): SeenPods {
  const present = new Map(pods.map((pod) => [pod.metadata.uid ?? '', pod]));
  const after = new Map([...before].map(([uid, pod]) => [uid, { ...pod, over: true }]));
  const born = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  for (const pod of [...present.values()].sort((a, b) => (born(a) < born(b) ? -1 : 1))) {
    const uid = pod.metadata.uid ?? '';
    after.set(uid, seen(pod, container, before.get(uid)));
  }
  return after;
}
