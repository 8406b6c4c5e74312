import { describe, expect, test } from '@jest/globals';
import { daemonSet } from './kinds/daemon-set.test-data.ts';
import { onDelete, partitioned, statefulSet } from './kinds/stateful-set.test-data.ts';
import type { Deployment } from './types.ts';
import { shortestRollout, wavesOf } from './waves.ts';
import { deployment } from './workload.test-data.ts';

const of = (spec: Partial<Deployment['spec']>): Deployment => deployment({ spec });
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge, maxUnavailable } },
});

describe('the shortest possible rollout of a Deployment', () => {
  test('waits for minReadySeconds in every wave', () => {
    expect(shortestRollout(of({ minReadySeconds: 30, ...rolling(1, 0) }))).toBe(90_000);
    expect(shortestRollout(of({ minReadySeconds: 30, ...rolling(3, 0) }))).toBe(30_000);
  });

  test('rounds surge up and unavailable down, as the controller does', () => {
    expect(wavesOf(of({ replicas: 10, ...rolling('25%', '25%') })).atOnce).toBe(5);
    expect(wavesOf(of({ replicas: 1, ...rolling('25%', '25%') })).atOnce).toBe(1);
  });

  test('is one wave with Recreate, and none with 0 replicas', () => {
    expect(shortestRollout(of({ minReadySeconds: 5, strategy: { type: 'Recreate' } }))).toBe(5_000);
    expect(shortestRollout(of({ minReadySeconds: 5, replicas: 0 }))).toBe(0);
  });
});

describe('the shortest possible rollout of a StatefulSet', () => {
  test('goes pod by pod, down to the partition', () => {
    expect(shortestRollout(statefulSet({ minReadySeconds: 10 }))).toBe(30_000);
    expect(shortestRollout(statefulSet({ minReadySeconds: 10, ...partitioned(2) }))).toBe(10_000);
  });

  test('is none with OnDelete, and may be one wave with Parallel', () => {
    expect(shortestRollout(statefulSet({ minReadySeconds: 10, ...onDelete }))).toBe(0);
    const parallel = { podManagementPolicy: 'Parallel' as const };
    expect(shortestRollout(statefulSet({ minReadySeconds: 10, ...parallel }))).toBe(10_000);
  });
});

describe('the shortest possible rollout of a DaemonSet', () => {
  const update = (maxUnavailable: number | string) => ({
    updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate: { maxUnavailable } },
  });

  test('goes node by node, maxUnavailable rounded up', () => {
    expect(shortestRollout(daemonSet({}, { minReadySeconds: 10 }))).toBe(30_000);
    expect(shortestRollout(daemonSet({}, { minReadySeconds: 10, ...update('50%') }))).toBe(20_000);
  });
});
