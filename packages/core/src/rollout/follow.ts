import type { Clock } from '../clock.ts';
import type { Connection } from '../cluster/connection.ts';
import { type KubeObject, RESOURCES, type Resource } from '../cluster/object.ts';
import { watchCollection } from '../cluster/watch.ts';
import { isControlledBy } from '../workload/deployment.ts';
import { sharedSelector } from '../workload/selector.ts';
import type { Deployment, Event, Pod, ReplicaSet } from '../workload/types.ts';
import { assess, type Verdict } from './assess.ts';
import { initialMemory, type Memory, observe } from './memory.ts';
import type { Observation, RolloutTarget } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';

/** What the follower of a rollout may want to know as it happens. */
export interface RolloutListener {
  /** The verdict on a workload is another than before, or says something else. */
  onVerdict(name: string, verdict: Verdict, at: number): void;
  /** Everything that a decision sees, before it sees it. */
  onObjects(kind: string, objects: ReadonlyMap<string, KubeObject>, at: number): void;
  /** Something about the watching itself: a stream broke, a permission is missing. */
  onNotice(message: string): void;
}

/** How a workload's rollout ended, with the last that was seen of it. */
export interface RolloutOutcome {
  readonly target: RolloutTarget;
  readonly verdict: Verdict;
  readonly observation: Observation;
  readonly memory: Memory;
}

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();
/** However far away the next deadline is, look at the time now and then. */
const LONGEST_WAIT = 5_000;

interface Collections {
  deployments: ReadonlyMap<string, Deployment>;
  replicaSets: ReadonlyMap<string, ReplicaSet>;
  pods: ReadonlyMap<string, Pod>;
  events: ReadonlyMap<string, Event>;
}

/** What of `collections` concerns one workload. */
function observationOf(collections: Collections, target: RolloutTarget): Observation {
  const deployment = [...collections.deployments.values()].find(
    ({ metadata }) => metadata.name === target.workload.name,
  );
  if (!deployment) return { deployment, replicaSets: [], pods: [], events: [] };
  const replicaSets = [...collections.replicaSets.values()].filter((one) =>
    isControlledBy(one, deployment),
  );
  const pods = [...collections.pods.values()].filter((pod) =>
    replicaSets.some((one) => isControlledBy(pod, one)),
  );
  const uids = new Set([deployment, ...replicaSets, ...pods].map(({ metadata }) => metadata.uid));
  const events = [...collections.events.values()].filter(({ involvedObject }) =>
    uids.has(involvedObject.uid),
  );
  return { deployment, replicaSets, pods, events };
}

/**
 * Watches `targets`, all of one namespace, until all have succeeded, or one has failed: then the
 * others' progress does not matter any more, and they keep their last verdict; so they all do when
 * the signal aborts. One open watch per kind, however many workloads.
 * @throws ApiError when watching is refused
 */
export async function followRollout(
  connection: Connection,
  namespace: string,
  targets: readonly RolloutTarget[],
  policy: RolloutPolicy,
  listener: RolloutListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly RolloutOutcome[]> {
  if (targets.length === 0) return [];
  const collections: Collections = {
    deployments: EMPTY,
    replicaSets: EMPTY,
    pods: EMPTY,
    events: EMPTY,
  };
  const synced = new Set<string>();
  const interrupted = new Set<string>();
  const stop = new AbortController();
  const watching = AbortSignal.any([signal, stop.signal]);
  const begin = clock.now();
  const memories = new Map(targets.map((target) => [target.name, initialMemory(target, begin)]));
  const outcomes = new Map<string, RolloutOutcome>();
  const said = new Map<string, string>();
  let failure: unknown;
  let wake: () => void = () => undefined;

  const watch = async <K extends keyof Collections>(
    key: K,
    resource: Resource,
    selectors: { readonly labelSelector?: string | undefined; readonly fieldSelector?: string },
    optional: boolean,
  ): Promise<void> => {
    const { labelSelector, fieldSelector } = selectors;
    type Item = Collections[K] extends ReadonlyMap<string, infer T extends KubeObject> ? T : never;
    try {
      await watchCollection<Item>(
        connection,
        {
          resource,
          namespace,
          ...(labelSelector ? { labelSelector } : {}),
          ...(fieldSelector ? { fieldSelector } : {}),
        },
        {
          onChange: (objects) => {
            collections[key] = new Map(objects) as unknown as Collections[K];
            synced.add(key);
            interrupted.delete(key);
            listener.onObjects(resource.kind, objects, clock.now());
            wake();
          },
          onInterruption: (reason) => {
            interrupted.add(key);
            listener.onNotice(`The watch of ${resource.name} was interrupted: ${reason}`);
            wake();
          },
        },
        clock,
        watching,
      );
    } catch (error) {
      if (watching.aborted) return;
      if (optional) {
        synced.add(key);
        listener.onNotice(`${String((error as Error).message)} Going on without ${resource.name}.`);
      } else failure = error;
      wake();
    }
  };

  const podSelector = sharedSelector(
    targets.map(({ written }) => written.spec.selector.matchLabels ?? {}),
  );
  const [only] = targets;
  const byName =
    targets.length === 1 && only ? { fieldSelector: `metadata.name=${only.workload.name}` } : {};
  const watches = [
    watch('deployments', RESOURCES.deployments, byName, false),
    watch('replicaSets', RESOURCES.replicaSets, { labelSelector: podSelector }, false),
    watch('pods', RESOURCES.pods, { labelSelector: podSelector }, false),
    watch('events', RESOURCES.events, { fieldSelector: 'type=Warning' }, true),
  ];

  const judge = (target: RolloutTarget): Verdict => {
    const now = clock.now();
    const observation = observationOf(collections, target);
    const before = memories.get(target.name) ?? initialMemory(target, begin);
    const memory = observe(before, target, observation, now);
    memories.set(target.name, memory);
    const current = interrupted.size === 0;
    const verdict = assess({ target, observation, memory, policy, current }, now);
    const text = `${verdict.status} ${verdict.message}`;
    if (said.get(target.name) !== text) listener.onVerdict(target.name, verdict, now);
    said.set(target.name, text);
    outcomes.set(target.name, { target, verdict, observation, memory });
    return verdict;
  };

  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      let next = clock.now() + LONGEST_WAIT;
      if (synced.size === watches.length) {
        // Also those that are done: they have to stay well until the last one is.
        const verdicts = targets.map(judge);
        const over =
          verdicts.every(({ status }) => status !== 'progressing') ||
          verdicts.some(({ status }) => status !== 'progressing' && status !== 'succeeded');
        if (over) break;
        for (const verdict of verdicts) {
          if (verdict.status === 'progressing') next = Math.min(next, verdict.reconsiderAt);
        }
      } else if (clock.now() >= begin + policy.timeout) break;
      const pause = new AbortController();
      wake = () => pause.abort();
      await clock
        .sleep(Math.max(1, next - clock.now()), AbortSignal.any([watching, pause.signal]))
        .catch(() => undefined);
    }
  } finally {
    stop.abort();
    await Promise.all(watches);
  }
  return targets.map(
    (target) =>
      outcomes.get(target.name) ?? {
        target,
        verdict: {
          status: 'unknown',
          message: signal.aborted
            ? `${target.name} was not watched yet when the run was cancelled.`
            : `${target.name} could not be watched: the API server did not answer.`,
        },
        observation: { deployment: undefined, replicaSets: [], pods: [], events: [] },
        memory: initialMemory(target, begin),
      },
  );
}
