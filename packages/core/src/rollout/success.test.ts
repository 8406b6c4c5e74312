import { describe, expect, test } from '@jest/globals';
import { deployment, pod, replicaSet, waiting } from '../workload/workload.test-data.ts';
import { story } from './rollout.test-data.ts';

const written = deployment({ status: { observedGeneration: 1, updatedReplicas: 3 } });
const complete = deployment();

describe('success', () => {
  test('needs the bake to pass after everything is complete', () => {
    const rollout = story(written, { bake: 30_000 });
    expect(rollout.at(1, { deployment: complete })).toMatchObject({
      status: 'progressing',
      reconsiderAt: 31_000,
    });
    expect(rollout.at(30.9, { deployment: complete }).status).toBe('progressing');
    expect(rollout.at(31, { deployment: complete })).toEqual({
      status: 'succeeded',
      message: 'serving 3 of 3',
    });
  });

  test('does not come from counters of a generation before our own write (trap 1)', () => {
    const rollout = story(written, { bake: 0 });
    const stale = deployment({ status: { observedGeneration: 1 } });
    expect(rollout.at(1, { deployment: stale }).status).toBe('progressing');
  });

  test('does not come from an object older than our own write (trap 1)', () => {
    const rollout = story(written, { bake: 0 });
    expect(rollout.at(1, { deployment: deployment({ generation: 1 }) }).status).toBe('progressing');
  });

  test.each([
    ['nothing is updated yet (trap 3)', { updatedReplicas: 0 }],
    ['an old pod is left', { replicas: 4 }],
    ['a new pod is not available (trap 6)', { availableReplicas: 2 }],
  ])('does not come while %s', (_, status) => {
    const rollout = story(written, { bake: 0 });
    expect(rollout.at(1, { deployment: deployment({ status }) }).status).toBe('progressing');
  });

  test('absent counters count as 0', () => {
    const rollout = story(written, { bake: 0 });
    const { availableReplicas: _, ...status } = complete.status ?? {};
    expect(rollout.at(1, { deployment: { ...complete, status } }).status).toBe('progressing');
  });

  test('zero replicas are a success that says that nothing serves', () => {
    const none = { replicas: 0, updatedReplicas: 0, availableReplicas: 0, readyReplicas: 0 };
    const rollout = story(written, { bake: 0 });
    expect(
      rollout.at(1, { deployment: deployment({ spec: { replicas: 0 }, status: none }) }),
    ).toEqual({ status: 'succeeded', message: 'serving 0 of 0' });
  });

  test('is measured against the live number of replicas, which an autoscaler may change (trap 8)', () => {
    const rollout = story(written, { bake: 0 });
    const counters = { replicas: 5, updatedReplicas: 5, availableReplicas: 5, readyReplicas: 5 };
    const scaled = deployment({ generation: 3, spec: { replicas: 5 }, status: counters });
    expect(rollout.at(1, { deployment: scaled })).toMatchObject({ message: 'serving 5 of 5' });
  });

  test('without a probe takes 10 s of bake, because a crash at start looks available (trap 6)', () => {
    const blind = deployment({ probe: false });
    const rollout = story(deployment({ probe: false, status: { observedGeneration: 1 } }), {
      bake: 0,
    });
    expect(rollout.at(1, { deployment: blind }).status).toBe('progressing');
    expect(rollout.at(11, { deployment: blind }).status).toBe('succeeded');
  });

  test('starts its bake anew when a new pod restarts (trap 6)', () => {
    const rollout = story(written, { bake: 10_000 });
    const rs = replicaSet(complete);
    const look = (restartCount: number) => ({
      deployment: complete,
      replicaSets: [rs],
      pods: [pod(rs, [{ name: 'web', ready: true, restartCount, state: { running: {} } }])],
    });
    rollout.at(1, look(0));
    expect(rollout.at(9, look(1))).toMatchObject({ status: 'progressing', reconsiderAt: 19_000 });
    expect(rollout.at(18, look(1)).status).toBe('progressing');
    expect(rollout.at(19, look(1)).status).toBe('succeeded');
  });

  test('is not lost when a pod is replaced by a drain, once its successor is available', () => {
    const rollout = story(written, { bake: 10_000 });
    const rs = replicaSet(complete);
    rollout.at(1, { deployment: complete, replicaSets: [rs], pods: [pod(rs, undefined, 'web-1')] });
    const less = deployment({ status: { availableReplicas: 2 } });
    rollout.at(4, {
      deployment: less,
      replicaSets: [rs],
      pods: [pod(rs, waiting('ContainerCreating'), 'web-2')],
    });
    rollout.at(6, { deployment: complete, replicaSets: [rs], pods: [pod(rs, undefined, 'web-2')] });
    expect(
      rollout.at(16, {
        deployment: complete,
        replicaSets: [rs],
        pods: [pod(rs, undefined, 'web-2')],
      }).status,
    ).toBe('succeeded');
  });

  test('is not declared while the API server cannot be watched (trap 25)', () => {
    const rollout = story(written, { bake: 5_000 });
    rollout.at(1, { deployment: complete });
    expect(rollout.at(7, { deployment: complete }, false).status).toBe('progressing');
    expect(rollout.at(8, { deployment: complete }).status).toBe('succeeded');
  });

  test('of a change that changed nothing is judged at once (trap 23)', () => {
    const rollout = story(complete, { changed: false });
    expect(rollout.at(0.1, { deployment: complete })).toEqual({
      status: 'succeeded',
      message: 'nothing to change, serving 3 of 3',
    });
  });
});
