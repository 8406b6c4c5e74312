import type {
  Condition,
  ContainerStatus,
  Deployment,
  Event,
  Pod,
  ReplicaSet,
} from '@paal/core/workload/types';

/** What has come of a release so far; what was there before it is left out. */
export interface Seen {
  /** Once it has the release's generation. */
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly events: readonly Event[];
}

/**
 * When there is enough evidence for a verdict, by the failure policy of the design: the object state
 * that `holds` names has lasted for `seconds`.
 */
export interface EvidenceRule {
  readonly words: string;
  readonly seconds: number;
  /** What the state holds of, by UID and name: each is timed by itself. */
  holds(seen: Seen): readonly string[];
}

function containers({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** The containers of the new pods of which something is true. */
function containersThat(
  { pods }: Seen,
  is: (container: ContainerStatus, pod: Pod) => boolean,
): readonly string[] {
  return pods.flatMap((pod) =>
    containers(pod)
      .filter((container) => is(container, pod))
      .map(({ name }) => `${pod.metadata.uid}/${name}`),
  );
}

/** How often a container has ended; `restartCount` counts the starts after the first. */
function exitsOf({ restartCount = 0, state, lastState }: ContainerStatus): number {
  const isDown = state?.terminated ?? (state?.running ? undefined : lastState?.terminated);
  return restartCount + (isDown ? 1 : 0);
}

function lastReason({ state, lastState }: ContainerStatus): string | undefined {
  return (state?.terminated ?? lastState?.terminated)?.reason;
}

function hasCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
  status: string,
  reason?: string,
): boolean {
  return (conditions ?? []).some(
    (one) =>
      one.type === type && one.status === status && (reason === undefined || one.reason === reason),
  );
}

/** An image that its registry does not have. */
export const imageMissing: EvidenceRule = {
  words: '5 s after a container is first ErrImagePull with "not found"',
  seconds: 5,
  holds: (seen) =>
    containersThat(seen, ({ state }) => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      return /^(ErrImagePull|ImagePullBackOff)$/.test(reason) && message.includes('not found');
    }),
};

/** A container, or an init container, that crashes at its start. */
export const crashLoop: EvidenceRule = {
  words: 'the third exit of one container',
  seconds: 0,
  holds: (seen) => containersThat(seen, (container) => exitsOf(container) >= 3),
};

/** A container that needs more memory than its limit. */
export const oomKilled: EvidenceRule = {
  words: 'the second exit of one container, with the reason OOMKilled',
  seconds: 0,
  holds: (seen) =>
    containersThat(
      seen,
      (container) => exitsOf(container) >= 2 && lastReason(container) === 'OOMKilled',
    ),
};

/** A container that its liveness probe kills. */
export const livenessKill: EvidenceRule = {
  words: 'the second exit of one container, and an event "Liveness probe failed" of its pod',
  seconds: 0,
  holds: (seen) =>
    containersThat(
      seen,
      (container, pod) =>
        exitsOf(container) >= 2 &&
        seen.events.some(
          ({ involvedObject, message = '' }) =>
            involvedObject.uid === pod.metadata.uid && message.startsWith('Liveness probe failed'),
        ),
    ),
};

/** A Secret that a container needs and that is not there. */
export const secretMissing: EvidenceRule = {
  words: '15 s after a container is first CreateContainerConfigError with "not found"',
  seconds: 15,
  holds: (seen) =>
    containersThat(seen, ({ state }) => {
      const { reason, message = '' } = state?.waiting ?? {};
      return reason === 'CreateContainerConfigError' && message.includes('not found');
    }),
};

/** Pods that a quota does not let the controller create. */
export const notCreated: EvidenceRule = {
  words: '15 s after the new ReplicaSet, without a pod, first has ReplicaFailure FailedCreate',
  seconds: 15,
  holds: ({ pods, replicaSets }) =>
    replicaSets
      .filter(
        ({ status }) =>
          pods.length === 0 &&
          hasCondition(status?.conditions, 'ReplicaFailure', 'True', 'FailedCreate'),
      )
      .map(({ metadata }) => metadata.name),
};

/** Pods that no node takes. */
export const unschedulable: EvidenceRule = {
  words: '60 s after a new pod first has PodScheduled False',
  seconds: 60,
  holds: ({ pods }) =>
    pods
      .filter(({ status }) => hasCondition(status?.conditions, 'PodScheduled', 'False'))
      .map(({ metadata }) => metadata.name),
};

/** A rollout for which the time is up. */
export function timeUp(seconds: number): EvidenceRule {
  return {
    words: `${seconds} s, the input timeout, after the Deployment has its new generation`,
    seconds,
    holds: ({ deployment }) => (deployment ? [deployment.metadata.name] : []),
  };
}

/** A rollout that is complete, as its controller has it. */
export const complete: EvidenceRule = {
  words: 'new generation observed, and replicas = updated = available = spec.replicas',
  seconds: 0,
  holds: ({ deployment }) => {
    if (!deployment) return [];
    const { metadata, spec, status } = deployment;
    const want = spec.replicas ?? 1;
    const isComplete =
      status?.observedGeneration === metadata.generation &&
      [status?.replicas, status?.updatedReplicas, status?.availableReplicas].every(
        (have) => have === want,
      );
    return isComplete ? [metadata.name] : [];
  },
};

/** Times a rule: told what has been seen whenever that changes, it knows when it was enough. */
export interface Timing {
  see(seen: Seen, at: number): void;
  /** As `performance.now()` counts; also a time that is yet to come, unless the state passes. */
  readonly enoughAt: number | undefined;
}

/** Begins to time a rule. */
export function timed(rule: EvidenceRule): Timing {
  const since = new Map<string, number>();
  const earliest = (): number | undefined =>
    since.size === 0 ? undefined : Math.min(...since.values()) + rule.seconds * 1_000;
  return {
    see: (seen, at) => {
      if ((earliest() ?? Number.POSITIVE_INFINITY) <= at) return;
      const keys = rule.holds(seen);
      for (const key of [...since.keys()]) if (!keys.includes(key)) since.delete(key);
      for (const key of keys) if (!since.has(key)) since.set(key, at);
    },
    get enoughAt() {
      return earliest();
    },
  };
}
