import { describe, expect, test } from '@jest/globals';
import { newReplicaSet } from './deployment.ts';
import { deployment, replicaSet } from './workload.test-data.ts';

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
