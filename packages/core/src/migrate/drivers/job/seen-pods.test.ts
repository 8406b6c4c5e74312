import { describe, expect, test } from '@jest/globals';
import type { ContainerState, Pod } from '../../../workload/types.ts';
import { rememberPods } from './seen-pods.ts';

function pod(name: string, state: ContainerState, status: Pod['status'] = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      namespace: 'shop',
      creationTimestamp: `2026-01-01T00:00:0${name}Z`,
    },
    spec: { containers: [] },
    status: {
      ...status,
      containerStatuses: [
        { name: 'proxy', state: { terminated: { exitCode: 0 } } },
        { name: 'migrate', state },
      ],
    },
  };
}

const nothing = new Map();
const see = (...pods: readonly Pod[]) => rememberPods(nothing, pods, 'migrate');

describe('what is remembered of the pods of a Job', () => {
  test('is about the container of the runner alone', () => {
    expect(see(pod('1', { waiting: {} })).get('1')).toMatchObject({
      started: false,
      end: undefined,
      over: false,
    });
  });

  test('outlives the pod: that it ran, and how it ended', () => {
    const running = see(pod('1', { running: {} }));
    expect(rememberPods(running, [], 'migrate').get('1')).toMatchObject({
      started: true,
      over: true,
      end: undefined,
    });
    const ended = see(pod('1', { terminated: { exitCode: 3, message: '{}' } }));
    expect(rememberPods(ended, [], 'migrate').get('1')).toMatchObject({
      end: { exitCode: 3, message: '{}' },
    });
  });

  test('is told in the order in which they were made', () => {
    const pods = see(pod('2', { running: {} }), pod('1', { terminated: { exitCode: 143 } }));
    expect([...pods.keys()]).toEqual(['1', '2']);
  });

  test('does not take a container that could not be started for one that ran', () => {
    const [, one] =
      [...see(pod('1', { terminated: { exitCode: 128, reason: 'StartError' } }))][0] ?? [];
    expect(one).toMatchObject({ started: false, over: true });
  });

  test('tells a pod that the cluster ended', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    const evicted = pod('1', { running: {} }, { phase: 'Running', conditions });
    expect(see(evicted).get('1')?.disrupted).toBe('Disrupted');
  });
});
