import type { KubeObject } from '../cluster/object.ts';
import { sameTemplate } from '../workload/deployment.ts';
import { isOnUnfitNode } from '../workload/kinds/daemon-set-nodes.ts';
import { disruptionOf } from '../workload/kinds/disruption.ts';
import type { Progress } from '../workload/kinds/kind.ts';
import { conditionOf } from '../workload/kinds/status.ts';
import type { Pod, PodTemplate } from '../workload/types.ts';
import { type Completion, completionOf } from './completion.ts';
import { type ContainerMemory, disturbed, rememberContainers } from './container-memory.ts';
import { type EventMemory, rememberEvents } from './event-memory.ts';
import type { Observation } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';
import { progressDeadline } from './progress-deadline.ts';
import { isSuperseded } from './superseded.ts';
import { type RolloutTarget, rulesOf } from './target.ts';

/** Everything that decisions need to know of the past of one rollout. Times are on our own clock. */
export interface Memory {
  readonly startedAt: number;
  /** The template that is rolled out: ours, or ours with changes by others that we follow. */
  readonly template: PodTemplate | undefined;
  /** The first generation whose status counts. */
  readonly generation: number;
  /** What the object claimed when that could only be about the past: old news for good. */
  readonly staleClaims: ReadonlySet<string>;
  readonly containers: ReadonlyMap<string, ContainerMemory>;
  /** Events, by their UID. */
  readonly events: ReadonlyMap<string, EventMemory>;
  /** Since when what may pass has lasted: an obstacle by its reason, a pod that no node takes by its UID. */
  readonly since: ReadonlyMap<string, number>;
  /** The furthest that the rollout got, and when. */
  readonly progress: { readonly best: readonly number[]; readonly at: number };
  readonly completion: Completion;
  /** Since when it has been complete and undisturbed. */
  readonly completeSince: number | undefined;
  /** Whether it was complete at first sight. */
  readonly completeAtFirst: boolean | undefined;
}

/** What is remembered before the first look. */
export function initialMemory(target: RolloutTarget, now: number): Memory {
  const { written, changed } = target;
  const rules = rulesOf(target);
  const nothing = { pods: [], newPods: [], owned: [], dependsOn: [] };
  const claim = changed ? rules.progress(written, nothing).claim : undefined;
  return {
    startedAt: now,
    template: rules.template(written),
    generation: written.metadata.generation ?? 0,
    staleClaims: new Set(claim ? [claim.signature] : []),
    containers: new Map(),
    events: new Map(),
    since: new Map(),
    progress: { best: [], at: now },
    completion: 'open',
    completeSince: undefined,
    completeAtFirst: undefined,
  };
}

/** Key of an obstacle in {@link Memory.since}. */
export function obstacleKey(reason: string): string {
  return `obstacle ${reason}`;
}

/** Key of a pod that no node takes in {@link Memory.since}. */
export function unscheduledKey(pod: Pod): string {
  return `unscheduled ${pod.metadata.uid}`;
}

/** Whether no node takes the pod. */
export function isUnscheduled(pod: Pod): boolean {
  return conditionOf(pod, 'PodScheduled')?.status === 'False';
}

/** The new pods whose state says something about the release. */
export function tellingPods({ related }: Observation): readonly Pod[] {
  return related.newPods.filter(
    (pod) => disruptionOf(pod) === undefined && !isOnUnfitNode(pod, related),
  );
}

function rememberSince(
  before: Memory['since'],
  observation: Observation,
  settled: boolean,
  now: number,
): Memory['since'] {
  const { related, progress } = observation;
  const obstacle = settled ? progress?.obstacle : undefined;
  const keys = [
    ...(obstacle ? [obstacleKey(obstacle.reason)] : []),
    ...related.newPods.filter(isUnscheduled).map(unscheduledKey),
  ];
  return new Map(keys.map((key) => [key, before.get(key) ?? now]));
}

function rememberProgress(
  before: Memory['progress'],
  advance: readonly number[],
  now: number,
): Memory['progress'] {
  const further = advance.some(
    (value, index) => value > (before.best[index] ?? Number.NEGATIVE_INFINITY),
  );
  if (!further) return before;
  return {
    best: advance.map((value, index) => Math.max(value, before.best[index] ?? value)),
    at: now,
  };
}

/**
 * Whether what is seen is about our write: not older than it, and judged by its controller. Until
 * then counters, conditions and claims are about the past (krane #325).
 */
export function isSettled(
  generation: number,
  object: KubeObject | undefined,
  progress: Progress | undefined,
): boolean {
  return (object?.metadata.generation ?? 0) >= generation && (progress?.observed ?? false);
}

/**
 * A claim that can only be about the past: made before our generation was observed, or sooner than
 * its whole time after our write. The Deployment controller goes on from the time of the last
 * progress, which was that of the rollout before, and so may say right after our write that all of it
 * is over (pkg/controller/deployment/util, DeploymentTimedOut); and it says so but once.
 */
function pastClaim(
  { startedAt }: Memory,
  { changed }: RolloutTarget,
  { object, progress }: Observation,
  settled: boolean,
  now: number,
): string | undefined {
  const early = changed && object !== undefined && now < startedAt + progressDeadline(object);
  return early || !settled ? progress?.claim?.signature : undefined;
}

/** What is remembered after one more look. Pure: the same looks give the same memory. */
export function remember(
  before: Memory,
  target: RolloutTarget,
  observation: Observation,
  policy: RolloutPolicy,
  now: number,
): Memory {
  const { object, progress } = observation;
  const rules = rulesOf(target);
  const live = object?.metadata.generation ?? 0;
  const template = object && rules.template(object);
  const followed =
    template !== undefined &&
    before.template !== undefined &&
    live > before.generation &&
    !sameTemplate(template, before.template) &&
    !isSuperseded(target, template);
  const generation = followed ? live : before.generation;
  const settled = isSettled(generation, object, progress);
  const past = pastClaim(before, target, observation, settled, now);
  // The pods of a task are removed when it has failed; what they said is still the cause.
  const keep = !rules.keepsRunning(target.written);
  const containers = rememberContainers(before.containers, tellingPods(observation), keep, now);
  const completion = settled ? completionOf(observation, policy) : 'open';
  const done = completion === 'whole' || completion === 'partial';
  const undisturbed = done && !disturbed(before.containers, containers);
  const gone = object === undefined && keep;
  return {
    startedAt: before.startedAt,
    template: followed ? template : before.template,
    generation,
    staleClaims: past ? new Set([...before.staleClaims, past]) : before.staleClaims,
    containers,
    events: rememberEvents(
      before.events,
      observation.events,
      before.completeAtFirst === undefined && target.changed ? object?.metadata.uid : undefined,
      now,
    ),
    since: rememberSince(before.since, observation, settled, now),
    // Before our generation is observed the counters are the old version's, and often full ones: as
    // "the best so far" they would hide every step of ours.
    progress: settled
      ? rememberProgress(before.progress, progress?.advance ?? [], now)
      : before.progress,
    completion: gone ? before.completion : completion,
    completeSince: gone
      ? before.completeSince
      : !done
        ? undefined
        : undisturbed
          ? (before.completeSince ?? now)
          : now,
    completeAtFirst: before.completeAtFirst ?? (object === undefined ? undefined : done),
  };
}
