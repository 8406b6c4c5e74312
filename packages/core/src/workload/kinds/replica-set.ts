import { type KubeObject, RESOURCES, type Resource } from '../../cluster/object.ts';
import type { Pod, ReplicaSet } from '../types.ts';
import { collection, type KindRules, type Progress, type Related } from './kind.ts';
import { controlledBy } from './owned.ts';
import { serves } from './pods.ts';
import { conditionOf, isLeaving, isObserved, NOT_OBSERVED } from './status.ts';

const replicationControllers: Resource = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  name: 'replicationcontrollers',
  namespaced: true,
};

/**
 * Complete: replicas = available = `spec.replicas` (pkg/controller/replicaset/replica_set_utils.go).
 * A new template changes no pod that is there, so every pod counts.
 */
function progress(object: KubeObject, related: Related): Progress {
  const set = object as ReplicaSet;
  const { replicas = 0, availableReplicas = 0 } = set.status ?? {};
  const want = set.spec.replicas ?? 1;
  const observed = isObserved(set);
  const complete = observed && !isLeaving(set) && replicas === want && availableReplicas === want;
  const condition = conditionOf(set, 'ReplicaFailure');
  return {
    observed,
    complete,
    text: observed ? `${replicas} of ${want} there, ${availableReplicas} available` : NOT_OBSERVED,
    serving: { have: complete ? want : related.newPods.filter(serves).length, want },
    advance: observed ? [replicas, availableReplicas, -Math.max(0, replicas - want)] : [],
    ...(condition?.status === 'True'
      ? {
          obstacle: {
            reason: condition.reason ?? 'ReplicaFailure',
            class: 'probable' as const,
            message: condition.message ?? '',
            concernsNewPods: true,
          },
        }
      : {}),
  };
}

function rules(resource: Resource): KindRules {
  return {
    resource,
    related: [RESOURCES.pods],
    helpful: [],
    relate: (object, collections) => {
      const pods = controlledBy(object, collection<Pod>(collections, RESOURCES.pods));
      return { pods, newPods: pods.filter((pod) => !isLeaving(pod)), owned: [], dependsOn: [] };
    },
    progress,
    relatedLabels: (object) => {
      const { selector } = object.spec as { selector?: Readonly<Record<string, unknown>> };
      const labels = resource === RESOURCES.replicaSets ? selector?.matchLabels : selector;
      return labels as Readonly<Record<string, string>> | undefined;
    },
    template: (object) => (object as ReplicaSet).spec.template,
    keepsRunning: () => true,
  };
}

/** A ReplicaSet of its own, without a Deployment. */
export const replicaSetRules: KindRules = rules(RESOURCES.replicaSets);

/** A ReplicationController, the ReplicaSet of old. */
export const replicationControllerRules: KindRules = rules(replicationControllers);
