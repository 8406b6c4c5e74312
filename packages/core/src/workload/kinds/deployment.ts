import { type KubeObject, objectName, RESOURCES } from '../../cluster/object.ts';
import { newReplicaSet } from '../deployment.ts';
import type { Deployment, Pod, ReplicaSet } from '../types.ts';
import {
  type Claim,
  collection,
  type KindRules,
  type ObjectFailure,
  type Obstacle,
  type Progress,
  type Related,
} from './kind.ts';
import { controlledBy } from './owned.ts';
import { serves } from './pods.ts';
import { conditionOf, isLeaving, isObserved, NOT_OBSERVED, signatureOf } from './status.ts';

/** A paused Deployment scales, but never rolls out: kubectl waits for it forever. */
function paused(deployment: Deployment): ObjectFailure | undefined {
  if (!deployment.spec.paused) return undefined;
  const { name, namespace } = deployment.metadata;
  const inNamespace = namespace === undefined ? '' : `-n ${namespace} `;
  return {
    reason: 'Paused',
    class: 'permanent',
    message: `The ${objectName('Deployment', name)} is paused, so that no rollout happens.`,
    hint: `Resume it: kubectl ${inNamespace}rollout resume deployment/${name}`,
  };
}

/**
 * Whether the controller gave up. The condition outlives the rollout that it was about, even at the
 * present generation: after a revert to a ReplicaSet that is still there, and with Recreate, it
 * stays until there is progress (pkg/controller/deployment/progress.go, util DeploymentTimedOut;
 * krane #213, #765).
 */
function deadlineExceeded(deployment: Deployment): Claim | undefined {
  const condition = conditionOf(deployment, 'Progressing');
  if (condition?.reason !== 'ProgressDeadlineExceeded') return undefined;
  const seconds = deployment.spec.progressDeadlineSeconds ?? 600;
  return {
    signature: signatureOf(condition),
    failure: {
      reason: 'ProgressDeadlineExceeded',
      class: 'permanent',
      message: `The ${objectName('Deployment', deployment.metadata.name)} made no progress for ${seconds} s (progressDeadlineSeconds).`,
      hint: 'Look at what its pods wait for.',
    },
  };
}

/**
 * Why pods are not made or removed. The Deployment's own condition may be an old ReplicaSet's
 * (pkg/controller/deployment/progress.go getReplicaFailures: the new one's first, then any), so the
 * ReplicaSets are asked.
 */
function obstacleOf(related: Related, fresh: ReplicaSet | undefined): Obstacle | undefined {
  const found = (related.owned as readonly ReplicaSet[]).flatMap((replicaSet) => {
    const condition = conditionOf(replicaSet, 'ReplicaFailure');
    return condition?.status === 'True' ? [{ replicaSet, condition }] : [];
  });
  const worst = found.find(({ replicaSet }) => replicaSet === fresh) ?? found[0];
  if (!worst) return undefined;
  return {
    reason: worst.condition.reason ?? 'ReplicaFailure',
    class: 'probable',
    message: worst.condition.message ?? '',
    concernsNewPods: worst.replicaSet === fresh,
  };
}

/**
 * Complete: updated = replicas = available = `spec.replicas`, as the controller has it
 * (pkg/controller/deployment/util DeploymentComplete). `updated` matters: after the first sync of a
 * new template the other counters are still those of the old ReplicaSet.
 */
function progress(object: KubeObject, related: Related): Progress {
  const deployment = object as Deployment;
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    terminatingReplicas = 0,
  } = deployment.status ?? {};
  const want = deployment.spec.replicas ?? 1;
  const old = replicas - updatedReplicas;
  const observed = isObserved(deployment);
  const failure = paused(deployment);
  const complete =
    observed &&
    !failure &&
    !isLeaving(deployment) &&
    updatedReplicas === want &&
    replicas === want &&
    availableReplicas === want;
  const fresh = newReplicaSet(deployment, related.owned as readonly ReplicaSet[]);
  const have = fresh?.status?.availableReplicas ?? 0;
  const ready = related.newPods.filter(serves).length;
  const claim = deadlineExceeded(deployment);
  const obstacle = obstacleOf(related, fresh);
  return {
    observed,
    complete,
    text: observed
      ? `${updatedReplicas} of ${want} updated, ${availableReplicas} available` +
        (old > 0 ? `, ${old} old` : '') +
        (terminatingReplicas > 0 ? `, ${terminatingReplicas} terminating` : '')
      : NOT_OBSERVED,
    serving: { have: complete ? want : Math.min(have, want), want },
    advance: observed ? [updatedReplicas, readyReplicas, availableReplicas, -old, ready, have] : [],
    ...(failure ? { failure } : {}),
    ...(claim ? { claim } : {}),
    ...(obstacle ? { obstacle } : {}),
  };
}

/** A Deployment: its new pods are those of the ReplicaSet with the present template. */
export const deploymentRules: KindRules = {
  resource: RESOURCES.deployments,
  related: [RESOURCES.replicaSets, RESOURCES.pods],
  helpful: [],
  relate: (object, collections) => {
    const all = collection<Pod>(collections, RESOURCES.pods);
    const owned = controlledBy(object, collection<ReplicaSet>(collections, RESOURCES.replicaSets));
    const fresh = newReplicaSet(object as Deployment, owned);
    return {
      pods: owned.flatMap((replicaSet) => controlledBy(replicaSet, all)),
      newPods: fresh ? controlledBy(fresh, all).filter((pod) => !isLeaving(pod)) : [],
      owned,
      dependsOn: [],
    };
  },
  progress,
  relatedLabels: (object) => (object as Deployment).spec.selector.matchLabels,
  template: (object) => (object as Deployment).spec.template,
  keepsRunning: () => true,
};
