import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../workload/types.ts';
import {
  deployment,
  pod,
  replicaSet,
  terminated,
  waiting,
  warning,
} from '../workload/workload.test-data.ts';
import { type Story, story } from './rollout.test-data.ts';
import { registryAnswer } from './symptoms/image-pull.ts';
import type { Verdict } from './verdict.ts';

const written = deployment({ status: { observedGeneration: 1 } });
const rolling = deployment({ status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3 } });
const rs = replicaSet(rolling);

type Statuses = NonNullable<Pod['status']>['containerStatuses'];

function look(rollout: Story, seconds: number, statuses: Statuses, name = 'web-1'): Verdict {
  return rollout.at(seconds, {
    deployment: rolling,
    replicaSets: [rs],
    pods: [pod(rs, statuses, name)],
  });
}

function reasonOf(verdict: Verdict): string {
  return 'finding' in verdict ? verdict.finding.reason : verdict.status;
}

const NOT_FOUND =
  'rpc error: code = NotFound desc = failed to pull and unpack image "localhost:5000/shop/web:2": failed to resolve reference "localhost:5000/shop/web:2": localhost:5000/shop/web:2: not found';

describe('an image that cannot be pulled', () => {
  test('because it does not exist fails 5 s after the first attempt, with the image and the answer', () => {
    const rollout = story(written);
    expect(look(rollout, 1, waiting('ErrImagePull', NOT_FOUND))).toMatchObject({
      status: 'progressing',
      reconsiderAt: 6_000,
    });
    expect(look(rollout, 5.9, waiting('ImagePullBackOff', 'Back-off pulling image')).status).toBe(
      'progressing',
    );
    expect(look(rollout, 6, waiting('ImagePullBackOff', 'Back-off pulling image'))).toMatchObject({
      status: 'failed',
      finding: {
        reason: 'ImageNotFound',
        class: 'permanent',
        pod: 'web-1',
        container: 'web',
        message: expect.stringContaining('shop/web:2'),
      },
    });
  });

  test('is forgiven when it appears within the grace', () => {
    const rollout = story(written, { timeout: 60_000 });
    look(rollout, 1, waiting('ErrImagePull', NOT_FOUND));
    look(rollout, 4, [{ name: 'web', ready: false, state: { running: {} } }]);
    expect(look(rollout, 30, [{ name: 'web', ready: false, state: { running: {} } }]).status).toBe(
      'progressing',
    );
  });

  test('because the registry refuses it is told apart from one that does not exist', () => {
    const rollout = story(written);
    const message = 'failed to authorize: failed to fetch anonymous token: 401 Unauthorized';
    look(rollout, 1, waiting('ErrImagePull', message));
    expect(reasonOf(look(rollout, 6, waiting('ImagePullBackOff', 'Back-off')))).toBe(
      'ImagePullDenied',
    );
  });

  test('because the registry is down gets 90 s (traps 17, 25)', () => {
    const rollout = story(written);
    const message = 'dial tcp 10.0.0.1:443: connect: connection refused';
    look(rollout, 1, waiting('ErrImagePull', message));
    expect(look(rollout, 90, waiting('ErrImagePull', message)).status).toBe('progressing');
    expect(reasonOf(look(rollout, 91, waiting('ErrImagePull', message)))).toBe('ImagePullFailed');
  });

  test('because its name is malformed fails at once', () => {
    const rollout = story(written);
    expect(reasonOf(look(rollout, 1, waiting('InvalidImageName', "couldn't parse image")))).toBe(
      'InvalidImageName',
    );
  });

  test("keeps the registry's own words from the first refusal", () => {
    expect(registryAnswer(NOT_FOUND)).toBe('localhost:5000/shop/web:2: not found');
  });
});

describe('a container that exits', () => {
  test('fails at its third exit, with code and count', () => {
    const rollout = story(written);
    expect(look(rollout, 1, terminated(1, 0)).status).toBe('progressing');
    expect(look(rollout, 2, terminated(1, 1)).status).toBe('progressing');
    expect(look(rollout, 14, terminated(1, 2))).toMatchObject({
      status: 'failed',
      finding: {
        reason: 'CrashLoop',
        container: 'web',
        message: 'The container web exited with code 1, 3 times so far.',
      },
    });
  });

  test('is counted from restartCount, not from how often we looked', () => {
    const rollout = story(written);
    for (let second = 1; second < 10; second += 1) look(rollout, second, terminated(1, 0));
    expect(look(rollout, 10, terminated(1, 0)).status).toBe('progressing');
    expect(look(rollout, 11, terminated(1, 5)).status).toBe('failed');
  });

  test('is seen as exited while the kubelet backs off', () => {
    const rollout = story(written);
    const backOff = [
      {
        name: 'web',
        ready: false,
        restartCount: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ];
    expect(look(rollout, 20, backOff)).toMatchObject({
      status: 'failed',
      finding: { reason: 'OOMKilled', message: expect.stringContaining('memory') },
    });
  });

  test('and recovers is no failure (trap 20)', () => {
    const rollout = story(written);
    look(rollout, 1, terminated(1, 0));
    look(rollout, 2, terminated(1, 1));
    const well = [{ name: 'web', ready: true, restartCount: 6, state: { running: {} } }];
    expect(look(rollout, 3, well).status).toBe('progressing');
  });

  test('because the cluster ended its pod is not the fault of the release (trap 19)', () => {
    const rollout = story(written, { timeout: 60_000 });
    const exited = pod(rs, terminated(137, 5));
    const status = { ...exited.status, phase: 'Failed', reason: 'Evicted' };
    const message = 'The node was low on resource: memory.';
    const evicted = { ...exited, status: { ...status, message } };
    const seen = { deployment: rolling, replicaSets: [rs], pods: [evicted] };
    expect(rollout.at(1, seen).status).toBe('progressing');
    expect(rollout.at(60, seen)).toMatchObject({
      status: 'timed-out',
      finding: { reason: 'PodDisrupted', class: 'infrastructure' },
    });
  });

  test('long before this rollout does not count, when it is well now', () => {
    const rollout = story(written);
    look(rollout, 1, [{ name: 'web', ready: true, restartCount: 7, state: { running: {} } }]);
    expect(look(rollout, 2, terminated(1, 7)).status).toBe('progressing');
    expect(look(rollout, 20, terminated(1, 9)).status).toBe('failed');
  });

  test('with code 0 is a crash of a container that should keep running', () => {
    const rollout = story(written);
    expect(look(rollout, 20, terminated(0, 2, 'Completed'))).toMatchObject({
      finding: { hint: expect.stringContaining('ends by itself') },
    });
  });

  test('in an init container is found although the pod is still Pending (trap 21)', () => {
    const rollout = story(written);
    const base = pod(rs, waiting('PodInitializing'));
    const initContainerStatuses = [{ ...terminated(3, 2)[0], name: 'wait-for-db' }] as Statuses;
    const failing = {
      ...base,
      status: {
        ...base.status,
        phase: 'Pending',
        initContainerStatuses: initContainerStatuses ?? [],
      },
    };
    expect(
      rollout.at(20, { deployment: rolling, replicaSets: [rs], pods: [failing] }),
    ).toMatchObject({
      finding: { container: 'wait-for-db', message: expect.stringContaining('init container') },
    });
  });

  test('an init container that ended well is no crash', () => {
    const rollout = story(written);
    const base = pod(rs, waiting('PodInitializing'));
    const initContainerStatuses = [
      {
        name: 'init',
        ready: true,
        restartCount: 0,
        state: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
    ];
    const look = {
      deployment: rolling,
      replicaSets: [rs],
      pods: [{ ...base, status: { ...base.status, initContainerStatuses } }],
    };
    const verdict = rollout.at(20, look);
    expect(verdict.status).toBe('progressing');
    expect(verdict.message).not.toContain('exited');
  });
});

describe('the cause', () => {
  test('that explains outranks the symptom (a missing key, not "not ready")', () => {
    const rollout = story(written, { timeout: 10_000 });
    const broken = pod(rs, waiting('CreateContainerConfigError', 'secret "db" not found'), 'web-1');
    const idle = pod(rs, [{ name: 'web', ready: false, state: { running: {} } }], 'web-2');
    const verdict = rollout.at(10, {
      deployment: rolling,
      replicaSets: [rs],
      pods: [idle, broken],
    });
    expect(verdict).toMatchObject({ status: 'timed-out', finding: { reason: 'SecretNotFound' } });
    expect('findings' in verdict && verdict.findings.map(({ reason }) => reason)).toEqual([
      'SecretNotFound',
      'NotReady',
    ]);
  });

  test("of a pod that is not ready is its probe's own output, when time runs out", () => {
    const rollout = story(written, { timeout: 10_000 });
    const idle = pod(rs, [{ name: 'web', ready: false, state: { running: {} } }]);
    const event = warning(
      idle,
      'Unhealthy',
      'Readiness probe failed: HTTP probe failed with statuscode: 503',
    );
    expect(
      rollout.at(10, { deployment: rolling, replicaSets: [rs], pods: [idle], events: [event] }),
    ).toMatchObject({
      status: 'timed-out',
      finding: {
        reason: 'ProbeFailed',
        message: expect.stringContaining('statuscode: 503'),
        hint: expect.stringContaining('The readinessProbe asks GET / on port 80 every 10 s'),
      },
    });
  });

  test('of a pod that no node takes is what the scheduler says', () => {
    const rollout = story(written, { timeout: 10_000 });
    const base = pod(rs, []);
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/3 nodes are available: 3 Insufficient cpu.',
      },
    ];
    const pending = { ...base, status: { phase: 'Pending', conditions } };
    expect(
      rollout.at(10, { deployment: rolling, replicaSets: [rs], pods: [pending] }),
    ).toMatchObject({
      finding: { reason: 'Unschedulable', message: expect.stringContaining('3 Insufficient cpu') },
    });
  });

  test('of pods that cannot be created is what the ReplicaSet was told', () => {
    const rollout = story(written, { timeout: 10_000 });
    const conditions = [
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'exceeded quota: compute',
      },
    ];
    const stuck = deployment({ status: { replicas: 3, updatedReplicas: 0 } });
    const refused = { ...replicaSet(stuck), status: { conditions } };
    expect(rollout.at(10, { deployment: stuck, replicaSets: [refused] })).toMatchObject({
      finding: { reason: 'FailedCreate', message: expect.stringContaining('exceeded quota') },
    });
  });
});
