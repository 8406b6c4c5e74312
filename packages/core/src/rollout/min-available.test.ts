import { describe, expect, test } from '@jest/globals';
import { deployment, pod, replicaSet, terminated } from '../workload/workload.test-data.ts';
import { neededOf, parseMinAvailable } from './min-available.ts';
import { story } from './rollout.test-data.ts';

const WHERE = 'The input "min-available"';

describe('min-available', () => {
  test('is a number of pods or a percentage, rounded up', () => {
    expect(neededOf(parseMinAvailable('2', WHERE), 3)).toBe(2);
    expect(neededOf(parseMinAvailable('50%', WHERE), 3)).toBe(2);
    expect(neededOf(undefined, 3)).toBe(3);
  });

  test('is never more than is wanted', () => {
    expect(neededOf(parseMinAvailable('5', WHERE), 3)).toBe(3);
  });

  test.each(['0', '101%', '-1', 'most', '1.5'])('%s is refused', (text) => {
    expect(() => parseMinAvailable(text, WHERE)).toThrow(`${WHERE} is "${text}"`);
  });
});

describe('a rollout of which a part is enough', () => {
  const written = deployment({ status: { observedGeneration: 1 } });
  const minAvailable = parseMinAvailable('60%', WHERE);
  const counters = { replicas: 4, updatedReplicas: 3, availableReplicas: 3 };
  const owner = deployment({ status: counters });
  const fresh = { ...replicaSet(owner), status: { availableReplicas: 2 } };

  test('has succeeded when that many new pods serve, and says so', () => {
    const rollout = story(written, { minAvailable, bake: 0 });
    expect(rollout.at(1, { deployment: owner, replicaSets: [fresh] })).toEqual({
      status: 'succeeded',
      message: 'serving 2 of 3, which is enough (min-available)',
    });
  });

  test('has not when old pods make up the number', () => {
    const rollout = story(written, { minAvailable, bake: 0 });
    const one = { ...fresh, status: { availableReplicas: 1 } };
    expect(rollout.at(1, { deployment: owner, replicaSets: [one] }).status).toBe('progressing');
  });

  test('is not failed by as many bad pods as it can do without, and by one more it is', () => {
    const rollout = story(written, { minAvailable });
    const bad = (name: string) => pod(fresh, terminated(1, 5), name);
    const none = { ...fresh, status: { availableReplicas: 0 } };
    const look = { deployment: owner, replicaSets: [none] };
    expect(rollout.at(1, { ...look, pods: [bad('web-1')] }).status).toBe('progressing');
    expect(rollout.at(2, { ...look, pods: [bad('web-1'), bad('web-2')] })).toMatchObject({
      status: 'failed',
      finding: { reason: 'CrashLoop' },
    });
  });
});

describe('wait-for-termination', () => {
  const written = deployment({ status: { observedGeneration: 1 } });
  const complete = deployment();
  const old = replicaSet(complete, 'shop/web:1', 'rs-old');
  const fresh = replicaSet(complete);
  const base = pod(old, undefined, 'old-1');
  const ending = {
    ...base,
    metadata: { ...base.metadata, deletionTimestamp: '2026-11-24T06:33:42Z' },
  };

  test('waits until the old pods are gone (trap 5)', () => {
    const rollout = story(written, { bake: 0, waitForTermination: true });
    const look = { deployment: complete, replicaSets: [old, fresh] };
    expect(rollout.at(1, { ...look, pods: [ending] })).toMatchObject({
      status: 'progressing',
      message: 'complete, waiting for old pods to end',
    });
    expect(rollout.at(20, look).status).toBe('succeeded');
  });

  test('is not the default, and then their number is said (trap 5)', () => {
    const rollout = story(written, { bake: 0 });
    const look = { deployment: complete, replicaSets: [old, fresh], pods: [ending] };
    expect(rollout.at(1, look)).toEqual({
      status: 'succeeded',
      message: 'serving 3 of 3, 1 pod still terminating',
    });
  });
});
