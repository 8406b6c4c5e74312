import { describe, expect, test } from '@jest/globals';
import type { Condition, Deployment } from '../workload/types.ts';
import {
  deployment,
  pod,
  replicaSet,
  terminated,
  waiting,
} from '../workload/workload.test-data.ts';
import { story } from './rollout.test-data.ts';

const written = deployment({ status: { observedGeneration: 1, updatedReplicas: 3 } });
const complete = deployment();
const rolling = deployment({
  status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3, readyReplicas: 3 },
});

function progressing(reason: string, lastUpdateTime: string, status = 'False'): Condition {
  return { type: 'Progressing', status, reason, lastUpdateTime };
}

function withConditions(base: Deployment, conditions: readonly Condition[]): Deployment {
  return { ...base, status: { ...base.status, conditions } };
}

describe('ProgressDeadlineExceeded', () => {
  const exceeded = progressing('ProgressDeadlineExceeded', '10:00');

  test('left over from the rollout before does not fail ours (trap 2)', () => {
    const stale = withConditions(written, [exceeded]);
    const rollout = story(stale, { timeout: 3_600_000 });
    expect(rollout.at(1, { deployment: stale }).status).toBe('progressing');
    // The scaling path copies the old condition while it raises observedGeneration.
    expect(rollout.at(2, { deployment: withConditions(rolling, [exceeded]) }).status).toBe(
      'progressing',
    );
    // Nor does it when as much time has passed as there is without progress, while there was some.
    const further = deployment({ status: { updatedReplicas: 1 } });
    rollout.at(590, { deployment: withConditions(further, [exceeded]) });
    expect(rollout.at(601, { deployment: withConditions(further, [exceeded]) }).status).toBe(
      'progressing',
    );
  });

  test('that is new at our generation, but sooner than its whole time, is no news (trap 2)', () => {
    const before = progressing('ReplicaSetUpdated', '09:00', 'True');
    const rollout = story(withConditions(written, [before]), { timeout: 3_600_000 });
    const fresh = withConditions(rolling, [exceeded]);
    expect(rollout.at(2, { deployment: fresh }).status).toBe('progressing');
    expect(rollout.at(599, { deployment: fresh }).status).toBe('progressing');
  });

  test('that is new at our generation fails the rollout', () => {
    const rollout = story(withConditions(written, [exceeded]), { timeout: 3_600_000 });
    const fresh = withConditions(rolling, [progressing('ProgressDeadlineExceeded', '10:20')]);
    rollout.at(590, { deployment: deployment({ status: { updatedReplicas: 1 } }) });
    expect(rollout.at(601, { deployment: fresh })).toMatchObject({
      status: 'failed',
      finding: { reason: 'ProgressDeadlineExceeded' },
    });
  });

  test('seen only below our generation, changed there, is still old news (trap 2)', () => {
    const rollout = story(
      withConditions(written, [progressing('ReplicaSetUpdated', '09:00', 'True')]),
    );
    const below = deployment({ status: { observedGeneration: 1, updatedReplicas: 1 } });
    rollout.at(1, { deployment: withConditions(below, [exceeded]) });
    expect(rollout.at(2, { deployment: withConditions(rolling, [exceeded]) }).status).toBe(
      'progressing',
    );
  });

  test('of a change that changed nothing counts at once', () => {
    const stuck = withConditions(rolling, [exceeded]);
    expect(story(stuck, { changed: false }).at(0.1, { deployment: stuck }).status).toBe('failed');
  });

  test('is not waited for: our own timer ends a rollout that makes no progress', () => {
    const rollout = story(written, { timeout: 3_600_000 });
    const slow = deployment({
      spec: { progressDeadlineSeconds: 60 },
      status: { replicas: 4, updatedReplicas: 1 },
    });
    expect(rollout.at(1, { deployment: slow }).status).toBe('progressing');
    expect(rollout.at(64, { deployment: slow })).toMatchObject({
      status: 'failed',
      finding: { reason: 'ProgressDeadlineExceeded' },
    });
  });

  test('slow but steady is progress, although the version before had more than that (trap 3)', () => {
    const at = (status: Deployment['status']): Deployment =>
      deployment({ spec: { progressDeadlineSeconds: 60 }, status: { ...status } });
    const rollout = story(at({ observedGeneration: 1 }));
    rollout.at(1, { deployment: at({ observedGeneration: 1 }) });
    const counters = { replicas: 4, availableReplicas: 3, readyReplicas: 3 };
    rollout.at(50, { deployment: at({ ...counters, updatedReplicas: 1 }) });
    const later = at({ ...counters, updatedReplicas: 2 });
    expect(rollout.at(100, { deployment: later }).status).toBe('progressing');
    expect(rollout.at(162, { deployment: later }).status).toBe('progressing');
    expect(rollout.at(164, { deployment: later }).status).toBe('failed');
  });

  test('flapping readiness is no progress', () => {
    const rollout = story(written, { timeout: 3_600_000 });
    const flap = (readyReplicas: number) =>
      deployment({
        spec: { progressDeadlineSeconds: 60 },
        status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3, readyReplicas },
      });
    for (let second = 1; second < 61; second += 2) {
      rollout.at(second, { deployment: flap(4) });
      rollout.at(second + 1, { deployment: flap(3) });
    }
    expect(rollout.at(65, { deployment: flap(4) }).status).toBe('failed');
  });

  test('flapping readiness is no progress either when something else got further meanwhile', () => {
    const rollout = story(written, { timeout: 3_600_000 });
    const at = (updatedReplicas: number, readyReplicas: number) =>
      deployment({
        spec: { progressDeadlineSeconds: 60 },
        status: { replicas: 4, updatedReplicas, availableReplicas: 3, readyReplicas },
      });
    rollout.at(1, { deployment: at(1, 4) });
    rollout.at(2, { deployment: at(2, 3) });
    rollout.at(50, { deployment: at(2, 4) });
    expect(rollout.at(65, { deployment: at(2, 4) }).status).toBe('failed');
  });
});

describe('somebody else', () => {
  test('who sets another image supersedes us (trap 24)', () => {
    const rollout = story(written, { imagesOf: ['web'] });
    const theirs = deployment({ generation: 3, image: 'shop/web:3' });
    expect(rollout.at(1, { deployment: theirs }).status).toBe('superseded');
  });

  test('who restarts the pods by an annotation is followed', () => {
    const rollout = story(written, { bake: 0 });
    const restarted = deployment({ generation: 3, status: { observedGeneration: 2 } });
    const template = {
      ...restarted.spec.template,
      metadata: { labels: { app: 'web' }, annotations: { restartedAt: 'now' } },
    };
    const theirs = { ...restarted, spec: { ...restarted.spec, template } };
    expect(rollout.at(1, { deployment: theirs }).status).toBe('progressing');
    const seen = { ...theirs, status: { ...theirs.status, observedGeneration: 3 } };
    expect(rollout.at(2, { deployment: seen }).status).toBe('succeeded');
  });

  test('who changes a field that we did not set, when we set images, is followed', () => {
    const rollout = story(written, { imagesOf: ['web'], bake: 0 });
    const changed = deployment({ generation: 3 });
    const spec = { ...changed.spec.template.spec, terminationGracePeriodSeconds: 5 };
    const template = { ...changed.spec.template, spec };
    const theirs = { ...changed, spec: { ...changed.spec, template } };
    expect(rollout.at(1, { deployment: theirs }).status).toBe('succeeded');
  });

  test('who changes the pods of a manifest that we applied supersedes us', () => {
    const rollout = story(written, { bake: 0 });
    const theirs = deployment({ generation: 3, image: 'shop/web:3' });
    expect(rollout.at(1, { deployment: theirs }).status).toBe('superseded');
  });

  test('who deletes the Deployment fails the rollout', () => {
    const rollout = story(written);
    rollout.at(1, { deployment: rolling });
    expect(rollout.at(2, {})).toMatchObject({
      status: 'failed',
      finding: { reason: 'WorkloadDeleted' },
    });
  });

  test('who deletes and creates it anew supersedes us', () => {
    const rollout = story(written);
    expect(rollout.at(1, { deployment: deployment({ uid: 'deployment-2' }) }).status).toBe(
      'superseded',
    );
  });

  test('who paused it is told at once how to resume (trap 7)', () => {
    const rollout = story(written);
    expect(rollout.at(0.1, { deployment: deployment({ spec: { paused: true } }) })).toMatchObject({
      status: 'failed',
      finding: { reason: 'Paused', hint: expect.stringContaining('rollout resume') },
    });
  });
});

describe('the deadline', () => {
  test('ends a rollout with what it was waiting for as the cause (trap 22)', () => {
    const rollout = story(written, { timeout: 20_000 });
    const rs = replicaSet(rolling);
    const look = {
      deployment: rolling,
      replicaSets: [rs],
      pods: [pod(rs, [{ name: 'web', ready: false, state: { running: {} } }])],
    };
    expect(rollout.at(19.9, look)).toMatchObject({ status: 'progressing', reconsiderAt: 20_000 });
    expect(rollout.at(20, look)).toMatchObject({
      status: 'timed-out',
      finding: { reason: 'NotReady', pod: 'web-1', container: 'web' },
    });
  });

  test('does not cut off a bake that began in time', () => {
    const rollout = story(written, { timeout: 20_000, bake: 10_000 });
    rollout.at(15, { deployment: complete });
    expect(rollout.at(20, { deployment: complete })).toMatchObject({
      status: 'progressing',
      reconsiderAt: 25_000,
    });
    expect(rollout.at(25, { deployment: complete }).status).toBe('succeeded');
  });

  test('without a view of the cluster gives unknown, not failure (trap 25)', () => {
    const rollout = story(written, { timeout: 20_000 });
    rollout.at(1, { deployment: rolling });
    expect(rollout.at(20, { deployment: rolling }, false).status).toBe('unknown');
  });
});

describe('time that passes while the cluster cannot be seen', () => {
  const rs = replicaSet(rolling);
  const secretMissing = waiting('CreateContainerConfigError', 'secret "db" not found');
  const look = { deployment: rolling, replicaSets: [rs], pods: [pod(rs, secretMissing)] };

  test('fails nothing that may be well by now (trap 25)', () => {
    const rollout = story(written, { bake: 0 });
    rollout.at(1, look);
    expect(rollout.at(30, look, false)).toMatchObject({ status: 'progressing' });
    expect(rollout.at(31, { deployment: complete }).status).toBe('succeeded');
  });

  test('counts where what was wrong is wrong still', () => {
    const rollout = story(written);
    rollout.at(1, look);
    rollout.at(30, look, false);
    expect(rollout.at(31, look)).toMatchObject({
      status: 'failed',
      finding: { reason: 'SecretNotFound' },
    });
  });

  test('is no lack of progress', () => {
    const spec = { progressDeadlineSeconds: 60 };
    const slow = deployment({ spec, status: rolling.status ?? {} });
    const rollout = story(deployment({ spec, status: written.status ?? {} }), { bake: 0 });
    rollout.at(1, { deployment: slow });
    expect(rollout.at(90, { deployment: slow }, false).status).toBe('progressing');
    expect(rollout.at(91, { deployment: deployment({ spec }) }).status).toBe('succeeded');
  });
});

describe('pods of the old ReplicaSet', () => {
  test('say nothing about the new one, whatever state they are in (trap 4)', () => {
    const rollout = story(written, { bake: 0 });
    const old = replicaSet(rolling, 'shop/web:1', 'rs-old');
    const fresh = replicaSet(rolling);
    const look = {
      deployment: rolling,
      replicaSets: [old, fresh],
      pods: [
        pod(old, terminated(1, 9), 'old-1'),
        pod(old, waiting('ErrImagePull', 'not found'), 'old-2'),
        pod(fresh, undefined, 'new-1'),
      ],
    };
    rollout.at(1, look);
    expect(rollout.at(60, look).status).toBe('progressing');
  });
});

describe('the strategy Recreate', () => {
  const recreate = (status: Deployment['status']): Deployment =>
    deployment({ spec: { strategy: { type: 'Recreate' } }, status: { ...status } });
  const none = { replicas: 0, updatedReplicas: 0, availableReplicas: 0, readyReplicas: 0 };

  test('has a time without any pod, which is no failure (trap 15)', () => {
    const before = recreate({ observedGeneration: 1 });
    const rollout = story(before, { bake: 0 });
    const unavailable = {
      type: 'Available',
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
    };
    const gap = recreate({ ...none, conditions: [unavailable] });
    rollout.at(1, { deployment: gap });
    expect(rollout.at(120, { deployment: gap }).status).toBe('progressing');
    expect(rollout.at(121, { deployment: recreate({}) }).status).toBe('succeeded');
  });
});
