import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../cluster/object.ts';
import type { Deployment, Pod, PodTemplate, ReplicaSet } from './types.ts';

const HASH_LABEL = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';

/** Whether `owner` is the controller of `object`: by UID, because names and labels are reused. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
  );
}

/** A template without the label that the Deployment controller adds to those of ReplicaSets. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether two templates make the same pods, as the Deployment controller compares them. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  const plain = (template: PodTemplate): unknown => {
    const { metadata, spec } = withoutHash(template);
    return { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, spec };
  };
  return isDeepStrictEqual(plain(a), plain(b));
}

function age(replicaSet: ReplicaSet): string {
  return `${replicaSet.metadata.creationTimestamp ?? ''} ${replicaSet.metadata.name}`;
}

/**
 * The ReplicaSet of the Deployment's present template: found by the template, not by a computed hash
 * (hashes collide) nor by the highest revision (written later). The oldest where several match
 * (kubernetes pkg/controller/deployment/util FindNewReplicaSet).
 */
export function newReplicaSet(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return replicaSets
    .filter((one) => isControlledBy(one, deployment))
    .filter((one) => sameTemplate(one.spec.template, deployment.spec.template))
    .sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

/** The pods of one ReplicaSet. */
export function podsOf(replicaSet: ReplicaSet | undefined, pods: readonly Pod[]): readonly Pod[] {
  return replicaSet ? pods.filter((pod) => isControlledBy(pod, replicaSet)) : [];
}

/** The revision number of a Deployment or ReplicaSet; `undefined` before the controller wrote it. */
export function revisionOf(object: KubeObject): number | undefined {
  const text = object.metadata.annotations?.[REVISION];
  return text === undefined ? undefined : Number(text);
}

/**
 * The ReplicaSet that has, or once had, revision `number`: a revision that is rolled back to gets a
 * new number, and its old ones move into the annotation `revision-history`.
 */
export function replicaSetOfRevision(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  number: number,
): ReplicaSet | undefined {
  const own = replicaSets.filter((one) => isControlledBy(one, deployment));
  const history = (one: ReplicaSet): readonly number[] =>
    (one.metadata.annotations?.[REVISION_HISTORY] ?? '').split(',').filter(Boolean).map(Number);
  return (
    own.find((one) => revisionOf(one) === number) ??
    own.find((one) => history(one).includes(number))
  );
}

/** The revisions that can be rolled back to, oldest first. */
export function revisionsOf(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): readonly number[] {
  return replicaSets
    .filter((one) => isControlledBy(one, deployment))
    .map(revisionOf)
    .filter((revision) => revision !== undefined)
    .sort((a, b) => a - b);
}

/** Rounds a percentage of `replicas` as the controller does: surge up, unavailable down. */
function resolve(
  value: number | string | undefined,
  replicas: number,
  round: 'up' | 'down',
): number {
  if (typeof value === 'number') return value;
  const share = (Number.parseFloat(value ?? '25%') / 100) * replicas;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

/** How many pods a rolling update can replace at a time. */
export function replacedAtOnce(deployment: Deployment): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate') return Math.max(1, replicas);
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, 'up');
  const unavailable = resolve(maxUnavailable, replicas, 'down');
  return Math.max(1, Math.min(replicas, surge + unavailable));
}

/**
 * Milliseconds that a rollout takes at least: each wave of new pods waits for `minReadySeconds`.
 */
export function shortestRollout(deployment: Deployment): number {
  const replicas = deployment.spec.replicas ?? 1;
  const waves = Math.ceil(replicas / replacedAtOnce(deployment));
  return waves * (deployment.spec.minReadySeconds ?? 0) * 1_000;
}

/** Whether every container tells by a probe when it serves. */
export function hasReadinessProbes(template: PodTemplate): boolean {
  return template.spec.containers.every(({ readinessProbe }) => readinessProbe !== undefined);
}
