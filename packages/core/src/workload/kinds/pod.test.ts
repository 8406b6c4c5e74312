import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../types.ts';
import { ended, judged, leaving, withMeta } from './kinds.test-data.ts';
import { podRules } from './pod.ts';

type Status = NonNullable<Pod['status']>;

function pod(restartPolicy: string, status: Status, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'task',
      namespace: 'shop',
      uid: 'pod-1',
      generation: 1,
      labels: { app: 'task' },
    },
    spec: { restartPolicy, containers: [{ name: 'app' }], ...spec },
    status,
  };
}

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const unready = { conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted' }] };

describe('a pod that serves', () => {
  const one = (status: Status) => pod('Always', status);
  const up = { phase: 'Running', ...ready, containerStatuses: [{ name: 'app', ready: true }] };

  test('is complete when it is Ready, and watched on', () => {
    expect(judged(podRules, one(up))).toMatchObject({
      complete: true,
      text: 'Running, 1 of 1 container ready',
      serving: { have: 1, want: 1 },
    });
    expect(podRules.keepsRunning(one(up))).toBe(true);
  });

  test.each<[string, Status]>([
    ['waits for its containers', { phase: 'Pending', ...unready }],
    ['is not ready', { phase: 'Running', ...unready }],
    ['has succeeded, which is no end for it', { phase: 'Succeeded', ...unready }],
    [
      'is of a generation that its kubelet has not seen',
      { ...up, observedGeneration: 0 } as Status,
    ],
  ])('is not complete while it %s', (_, status) => {
    expect(judged(podRules, one(status)).complete).toBe(false);
  });

  test('is not complete while it is being deleted, and serves nobody', () => {
    expect(judged(podRules, leaving(one(up)))).toMatchObject({
      complete: false,
      serving: { have: 0, want: 1 },
    });
  });

  test('may be of a kubelet that tells no generation', () => {
    expect(judged(podRules, withMeta(one(up), { generation: 2 })).complete).toBe(true);
  });

  test('has not failed when a container has, because it is restarted', () => {
    const status = { phase: 'Running', ...unready, containerStatuses: [ended('app', 3)] };
    expect(judged(podRules, one(status)).failure).toBeUndefined();
  });
});

describe('a pod that is a task', () => {
  const task = (status: Status, spec: Partial<Pod['spec']> = {}) => pod('Never', status, spec);

  test('is complete when it has succeeded, not when it is Ready, and is not watched on', () => {
    expect(judged(podRules, task({ phase: 'Running', ...ready })).complete).toBe(false);
    expect(judged(podRules, task({ phase: 'Succeeded', ...unready })).complete).toBe(true);
    expect(podRules.keepsRunning(task({}))).toBe(false);
  });

  test('is not complete when it looks succeeded because it was deleted', () => {
    expect(judged(podRules, leaving(task({ phase: 'Succeeded', ...unready }))).complete).toBe(
      false,
    );
  });

  test('has failed with the exit code of its container (trap 31)', () => {
    const status = { phase: 'Failed', containerStatuses: [ended('app', 3)] };
    expect(judged(podRules, task(status))).toMatchObject({
      complete: false,
      failure: {
        reason: 'ContainerFailed',
        class: 'permanent',
        message: 'The container app of pod/task exited with code 3.',
      },
    });
  });

  test('has failed as soon as one container has, while others still run', () => {
    const status = {
      phase: 'Running',
      containerStatuses: [ended('app', 4), { name: 'other', state: { running: {} } }],
    };
    const two = { containers: [{ name: 'app' }, { name: 'other' }] };
    expect(judged(podRules, task(status, two)).failure?.message).toBe(
      'The container app of pod/task exited with code 4.',
    );
  });

  test('has failed with the init container that did, before any other has run', () => {
    const status = {
      phase: 'Pending',
      initContainerStatuses: [ended('init', 5)],
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    const spec = { initContainers: [{ name: 'init' }] };
    expect(judged(podRules, task(status, spec)).failure?.message).toBe(
      'The init container init of pod/task exited with code 5.',
    );
  });

  test.each([
    ['OOMKilled', { reason: 'OOMKilled' }, 137, 'used more memory than its limit'],
    [
      'StartError',
      { reason: 'StartError', message: 'exec: "/nope": no such file' },
      128,
      'exec: "/nope": no such file',
    ],
  ])('has failed with the reason %s that its container ended with', (reason, end, code, says) => {
    const status = { phase: 'Failed', containerStatuses: [ended('app', code, end)] };
    const { failure } = judged(podRules, task(status));
    expect(failure?.reason).toBe(reason);
    expect(failure?.message).toContain(says);
  });

  test('has not failed with a container that ends because the pod is deleted', () => {
    const status = { phase: 'Running', containerStatuses: [ended('app', 143)] };
    expect(judged(podRules, leaving(task(status))).failure).toBeUndefined();
  });

  test('has not failed when one container has done its work before another', () => {
    const status = {
      phase: 'Running',
      containerStatuses: [ended('app', 0), { name: 'other', state: { running: {} } }],
    };
    const two = { containers: [{ name: 'app' }, { name: 'other' }] };
    expect(judged(podRules, task(status, two)).failure).toBeUndefined();
  });

  test('has not failed through a sidecar, which is restarted', () => {
    const status = { phase: 'Running', initContainerStatuses: [ended('proxy', 1)] };
    const spec = { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] };
    expect(judged(podRules, task(status, spec)).failure).toBeUndefined();
  });

  test('that may be retried has not failed before its phase says so', () => {
    const status = { phase: 'Running', containerStatuses: [ended('app', 3)] };
    expect(judged(podRules, pod('OnFailure', status)).failure).toBeUndefined();
  });

  test('has failed for the reason that it gives, though its containers ended well', () => {
    const status = {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
      containerStatuses: [ended('app', 0)],
    };
    expect(judged(podRules, task(status)).failure).toMatchObject({
      reason: 'DeadlineExceeded',
      class: 'permanent',
    });
  });
});

describe('the end of a pod is the fault of the cluster', () => {
  const lost = [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }];

  test.each<[string, Status]>([
    [
      'NodeAffinity',
      { reason: 'NodeAffinity', message: 'Pod was rejected: Predicate NodeAffinity failed' },
    ],
    ['OutOfcpu', { reason: 'OutOfcpu', message: "Node didn't have enough resource: cpu" }],
    [
      'Terminated',
      {
        reason: 'Terminated',
        message: 'Pod was terminated in response to imminent node shutdown.',
      },
    ],
    [
      'Evicted',
      { reason: 'Evicted', message: 'The node was low on resource: memory. ', conditions: lost },
    ],
    ['Disrupted', { conditions: lost }],
  ])('for the reason %s (trap 19)', (reason, status) => {
    const one = pod('Never', {
      phase: 'Failed',
      containerStatuses: [ended('app', 137)],
      ...status,
    });
    expect(judged(podRules, one).failure).toMatchObject({ reason, class: 'infrastructure' });
  });

  test('when it is evicted before it is gone', () => {
    const one = leaving(pod('Always', { phase: 'Running', conditions: lost }));
    expect(judged(podRules, one).failure?.class).toBe('infrastructure');
  });

  test('not while it runs on, because an eviction may come to nothing', () => {
    const conditions = [...lost, { type: 'Ready', status: 'True' }];
    expect(judged(podRules, pod('Always', { phase: 'Running', conditions })).complete).toBe(true);
  });

  test('not when it is evicted for using more than its own limit', () => {
    const message = 'Usage of EmptyDir volume "d" exceeds the limit "1Ki". ';
    const one = pod('Never', { phase: 'Failed', reason: 'Evicted', message });
    expect(judged(podRules, one).failure).toEqual({
      reason: 'Evicted',
      class: 'permanent',
      message:
        'The pod/task failed (Evicted: Usage of EmptyDir volume "d" exceeds the limit "1Ki").',
    });
  });
});

test('the pods of a pod are itself', () => {
  const one = pod('Always', {});
  expect(podRules.relate(one, {})).toMatchObject({ pods: [one], newPods: [one] });
  expect(podRules.relate(leaving(one), {}).newPods).toEqual([]);
  expect(podRules.relatedLabels(one)).toEqual({ app: 'task' });
});
