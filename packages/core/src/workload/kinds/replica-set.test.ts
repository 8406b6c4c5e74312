import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../cluster/object.ts';
import { judged, leaving, podOf, template } from './kinds.test-data.ts';
import { replicaSetRules, replicationControllerRules } from './replica-set.ts';

function replicaSet(status: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'rs-1', generation: 2 },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template() },
    status: { observedGeneration: 2, replicas: 2, availableReplicas: 2, ...status },
  };
}

test('a ReplicaSet of its own is complete when all its pods are there and available', () => {
  expect(judged(replicaSetRules, replicaSet({}))).toMatchObject({
    complete: true,
    text: '2 of 2 there, 2 available',
    serving: { have: 2, want: 2 },
  });
});

test.each([
  ['a pod is not available', { availableReplicas: 1 }],
  ['a pod is to be removed', { replicas: 3 }],
  ['the change is not seen', { observedGeneration: 1 }],
])('a ReplicaSet is not complete while %s', (_, status) => {
  expect(judged(replicaSetRules, replicaSet(status)).complete).toBe(false);
});

test('a ReplicaSet is not complete while it is being deleted', () => {
  expect(judged(replicaSetRules, leaving(replicaSet({}))).complete).toBe(false);
});

test('a ReplicaSet says what keeps it from making pods', () => {
  const conditions = [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota: q',
    },
  ];
  expect(judged(replicaSetRules, replicaSet({ replicas: 0, conditions })).obstacle).toEqual({
    reason: 'FailedCreate',
    class: 'probable',
    message: 'exceeded quota: q',
    concernsNewPods: true,
  });
});

test('the pods of a ReplicaSet that serve are counted while others are not available', () => {
  const set = replicaSet({ availableReplicas: 1 });
  const pods = [podOf(set, { name: 'a' }), podOf(set, { name: 'b', ready: false })];
  expect(judged(replicaSetRules, set, ...pods).serving).toEqual({ have: 1, want: 2 });
});

test('a ReplicationController selects by plain labels', () => {
  const controller = {
    ...replicaSet({}),
    spec: { replicas: 2, selector: { app: 'web' }, template: template() },
  };
  expect(replicationControllerRules.relatedLabels(controller)).toEqual({ app: 'web' });
  expect(replicaSetRules.relatedLabels(replicaSet({}))).toEqual({ app: 'web' });
});
