import { newReplicaSet, podsOf, sameTemplate } from '../workload/deployment.ts';
import type { Condition, Deployment, Pod, PodTemplate } from '../workload/types.ts';
import { type ContainerMemory, disturbed, rememberContainers } from './container-memory.ts';
import type { Observation, RolloutTarget } from './observation.ts';

/** Everything that decisions need to know of the past of one rollout. */
export interface Memory {
  readonly startedAt: number;
  /** The template that is rolled out: ours, or ours with changes by others that we follow. */
  readonly template: PodTemplate;
  /** The first generation whose status counts. */
  readonly generation: number;
  /** The Progressing condition as it was before our generation was observed: old news. */
  readonly staleCondition: string | undefined;
  readonly containers: ReadonlyMap<string, ContainerMemory>;
  /** When a warning event was first seen, by its UID. */
  readonly events: ReadonlyMap<string, number>;
  /** The furthest that the rollout got, and when. */
  readonly progress: { readonly best: readonly number[]; readonly at: number };
  /** Since when everything has been complete and undisturbed. */
  readonly completeSince: number | undefined;
  /** Whether it was complete at first sight. */
  readonly completeAtFirst: boolean | undefined;
}

/** A condition's identity: the controller rewrites it only when one of these changes. */
export function conditionSignature(condition: Condition | undefined): string | undefined {
  if (!condition) return undefined;
  const { status, reason, lastUpdateTime } = condition;
  return JSON.stringify([status, reason, lastUpdateTime]);
}

/** The Progressing condition of a Deployment. */
export function progressingCondition(deployment: Deployment | undefined): Condition | undefined {
  return deployment?.status?.conditions?.find(({ type }) => type === 'Progressing');
}

/** What is remembered before the first look. */
export function initialMemory(target: RolloutTarget, now: number): Memory {
  return {
    startedAt: now,
    template: target.written.spec.template,
    generation: target.written.metadata.generation ?? 0,
    staleCondition: target.changed
      ? conditionSignature(progressingCondition(target.written))
      : undefined,
    containers: new Map(),
    events: new Map(),
    progress: { best: [], at: now },
    completeSince: undefined,
    completeAtFirst: undefined,
  };
}

/** The new pods: those of the ReplicaSet of the present template that are not on their way out. */
export function newPods(observation: Observation): readonly Pod[] {
  const { deployment, replicaSets, pods } = observation;
  if (!deployment) return [];
  return podsOf(newReplicaSet(deployment, replicaSets), pods).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
}

/** Whether all replicas are new, there, and available. Absent counters are 0. */
export function isComplete(deployment: Deployment): boolean {
  const { status } = deployment;
  const wanted = deployment.spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

/** Counters that only rise while a rollout gets somewhere; flapping does not raise them. */
function advance(deployment: Deployment): readonly number[] {
  const {
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    replicas = 0,
  } = deployment.status ?? {};
  return [updatedReplicas, readyReplicas, availableReplicas, -(replicas - updatedReplicas)];
}

function rememberProgress(
  before: Memory['progress'],
  deployment: Deployment | undefined,
  now: number,
): Memory['progress'] {
  if (!deployment) return before;
  const current = advance(deployment);
  const further = current.some(
    (value, index) => value > (before.best[index] ?? Number.NEGATIVE_INFINITY),
  );
  if (!further) return before;
  return {
    best: current.map((value, index) => Math.max(value, before.best[index] ?? value)),
    at: now,
  };
}

/** Whether the template differs from ours in what we set: then somebody else's rollout has begun. */
export function isSuperseded(target: RolloutTarget, live: PodTemplate): boolean {
  const ours = target.written.spec.template;
  const { imagesOf } = target;
  if (imagesOf) {
    const image = (template: PodTemplate, name: string): string | undefined =>
      [...template.spec.containers, ...(template.spec.initContainers ?? [])].find(
        (container) => container.name === name,
      )?.image;
    return imagesOf.some((name) => image(ours, name) !== image(live, name));
  }
  // Annotations are how `rollout restart` and reloaders roll pods; they follow, they do not replace.
  const plain = (template: PodTemplate): PodTemplate => ({
    ...template,
    metadata: { labels: template.metadata?.labels ?? {} },
  });
  return !sameTemplate(plain(ours), plain(live));
}

/** What is remembered after one more look. Pure: the same looks give the same memory. */
export function observe(
  before: Memory,
  target: RolloutTarget,
  observation: Observation,
  now: number,
): Memory {
  const { deployment } = observation;
  const live = deployment?.metadata.generation ?? 0;
  const pods = newPods(observation);
  const containers = rememberContainers(before.containers, pods, now);
  const followed =
    deployment !== undefined &&
    live > before.generation &&
    !sameTemplate(deployment.spec.template, before.template) &&
    !isSuperseded(target, deployment.spec.template);
  const generation = followed ? live : before.generation;
  const below = (deployment?.status?.observedGeneration ?? 0) < generation;
  const complete = deployment !== undefined && live >= generation && isComplete(deployment);
  const undisturbed = complete && !disturbed(before.containers, containers);
  return {
    startedAt: before.startedAt,
    template: followed && deployment ? deployment.spec.template : before.template,
    generation,
    staleCondition: below
      ? conditionSignature(progressingCondition(deployment))
      : before.staleCondition,
    containers,
    events: new Map(
      observation.events.map(({ metadata }) => [
        metadata.uid ?? metadata.name,
        before.events.get(metadata.uid ?? metadata.name) ?? now,
      ]),
    ),
    // Before our generation is observed the counters are the old version's, and often full ones: as
    // "the best so far" they would hide every step of ours.
    progress: below ? before.progress : rememberProgress(before.progress, deployment, now),
    completeSince: !complete ? undefined : undisturbed ? (before.completeSince ?? now) : now,
    completeAtFirst: before.completeAtFirst ?? (deployment === undefined ? undefined : complete),
  };
}
