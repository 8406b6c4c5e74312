import { describe, expect, test } from '@jest/globals';
import {
  newReplicaSet,
  replacedAtOnce,
  replicaSetOfRevision,
  shortestRollout,
} from './deployment.ts';
import type { Deployment, ReplicaSet } from './types.ts';
import { deployment, replicaSet } from './workload.test-data.ts';

function withRevision(one: ReplicaSet, revision: string, history = ''): ReplicaSet {
  const annotations = {
    'deployment.kubernetes.io/revision': revision,
    'deployment.kubernetes.io/revision-history': history,
  };
  return { ...one, metadata: { ...one.metadata, annotations } };
}

describe('the new ReplicaSet', () => {
  const owner = deployment();

  test('is the one with the same template, whatever its hash and age (trap 33)', () => {
    const old = replicaSet(owner, 'shop/web:1', 'a');
    const fresh = replicaSet(owner, undefined, 'b');
    expect(newReplicaSet(owner, [old, fresh])).toBe(fresh);
  });

  test('is never one of another Deployment with the same labels', () => {
    const other = replicaSet(deployment({ uid: 'other' }));
    expect(newReplicaSet(owner, [other])).toBeUndefined();
  });
});

describe('a revision', () => {
  const owner = deployment();
  const first = withRevision(replicaSet(owner, 'shop/web:1', 'a'), '4', '1,2');
  const second = withRevision(replicaSet(owner, 'shop/web:2', 'b'), '3');

  test('is found under its present number', () => {
    expect(replicaSetOfRevision(owner, [first, second], 3)).toBe(second);
  });

  test('is found under a number that it had before it was rolled back to (trap 11)', () => {
    expect(replicaSetOfRevision(owner, [first, second], 1)).toBe(first);
  });

  test('that was cleaned up is not found', () => {
    expect(replicaSetOfRevision(owner, [first, second], 9)).toBeUndefined();
  });
});

describe('the shortest possible rollout', () => {
  const of = (spec: Partial<Deployment['spec']>): Deployment => deployment({ spec });
  const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
    strategy: { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge, maxUnavailable } },
  });

  test('waits for minReadySeconds in every wave', () => {
    expect(shortestRollout(of({ minReadySeconds: 30, ...rolling(1, 0) }))).toBe(90_000);
    expect(shortestRollout(of({ minReadySeconds: 30, ...rolling(3, 0) }))).toBe(30_000);
  });

  test('rounds surge up and unavailable down, as the controller does', () => {
    expect(replacedAtOnce(of({ replicas: 10, ...rolling('25%', '25%') }))).toBe(5);
    expect(replacedAtOnce(of({ replicas: 1, ...rolling('25%', '25%') }))).toBe(1);
  });

  test('of Recreate is one wave', () => {
    expect(shortestRollout(of({ minReadySeconds: 5, strategy: { type: 'Recreate' } }))).toBe(5_000);
  });
});
