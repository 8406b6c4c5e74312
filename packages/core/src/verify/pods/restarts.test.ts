import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '../../config/check-schema.ts';
import type { ContainerStatus, Pod } from '../../workload/types.ts';
import { restartsProbe } from '../checks/restarts.ts';
import { cluster, newPod, workloadOf } from './live.test-data.ts';

const NEVER = new AbortController().signal;
const exited = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } });
const running = { running: {} };

function podWith(
  status: Partial<ContainerStatus>,
  more: {
    readonly name?: string;
    readonly pod?: Partial<Pod['status']>;
    readonly spec?: object;
  } = {},
): Pod {
  const containerStatuses = [{ name: 'web', ready: true, state: running, ...status }];
  const made = newPod(more.name ?? 'web-1', { status: { containerStatuses, ...more.pod } });
  return { ...made, spec: { ...made.spec, ...more.spec } };
}

/** The looks at pods, each of which is one measurement; gives the last. */
async function measure(looks: readonly (readonly Pod[])[], config: object = {}) {
  const { live } = cluster(looks.map((pods) => [workloadOf(pods)]));
  const restarts = checkSchema.parse({ restarts: config }).restarts;
  if (!restarts) throw new Error('no check');
  const probe = restartsProbe(restarts, { live });
  let last = await probe.measure(NEVER);
  for (let made = 1; made < looks.length; made += 1) last = await probe.measure(NEVER);
  return last;
}

const steady = podWith({ restartCount: 3, lastState: exited(1) });
const once = podWith({ restartCount: 4, lastState: exited(137, 'OOMKilled') });

describe('restarts of new pods', () => {
  test('are none', async () => {
    expect(await measure([[podWith({})], [podWith({})]])).toMatchObject({
      outcome: 'succeeded',
      message: '1 new pod: no restarts',
      number: 0,
    });
  });

  test('before the first measurement do not count', async () => {
    expect(await measure([[steady], [steady]])).toMatchObject({ outcome: 'succeeded', number: 0 });
  });

  test('count since the first measurement, with how the container ended', async () => {
    const limited = { containers: [{ name: 'web', resources: { limits: { memory: '64Mi' } } }] };
    const killed = podWith(
      { restartCount: 4, lastState: exited(137, 'OOMKilled') },
      { spec: limited },
    );
    const seen = await measure([[steady], [killed]]);
    expect(seen).toMatchObject({
      outcome: 'failed',
      message:
        'web-1: container web restarted once (4 since it was created), last it was killed because it used more memory than its limit of 64Mi (OOMKilled)',
      number: 1,
    });
    expect(seen.hint).toContain('kubectl logs web-1 -c web --previous');
  });

  test('count from the start where that is wanted', async () => {
    expect(await measure([[steady]], { since: 'start' })).toMatchObject({
      outcome: 'failed',
      message: 'web-1: container web restarted 3 times, last it exited with code 1',
      number: 3,
    });
  });

  test('are tolerated up to max, of each container', async () => {
    expect(await measure([[steady], [once]], { max: 1 })).toMatchObject({
      outcome: 'succeeded',
      number: 1,
    });
    const twice = podWith({ restartCount: 5, lastState: exited(1) });
    expect(await measure([[steady], [twice]], { max: 1 })).toMatchObject({ outcome: 'failed' });
  });

  test('of a pod that came later count from 0', async () => {
    const later = podWith({ restartCount: 1, lastState: exited(2) }, { name: 'web-2' });
    expect(await measure([[steady], [steady, later]])).toMatchObject({
      outcome: 'failed',
      message: '1 of 2 new pods: web-2: container web restarted once, last it exited with code 2',
    });
  });

  test('count as soon as the container has ended, also while it waits for its next start', async () => {
    const ended = podWith({ ready: false, restartCount: 0, state: exited(1) });
    const waits = podWith({
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: exited(1),
    });
    const again = podWith({ restartCount: 1, lastState: exited(1) });
    for (const now of [ended, waits, again]) {
      expect(await measure([[podWith({})], [now]])).toMatchObject({ outcome: 'failed', number: 1 });
    }
  });

  test('of sidecars and init containers count, and that an init container is done does not', async () => {
    const initContainers = [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }];
    const init = (status: Partial<ContainerStatus>, name: string): Pod => {
      const made = podWith({}, { spec: { initContainers } });
      const initContainerStatuses = [{ name, ...status }];
      return { ...made, status: { ...made.status, initContainerStatuses } };
    };
    const done = init({ restartCount: 0, state: exited(0, 'Completed') }, 'migrate');
    expect(await measure([[podWith({})], [done]])).toMatchObject({ outcome: 'succeeded' });
    const failed = init({ restartCount: 1, state: running, lastState: exited(1) }, 'migrate');
    expect(await measure([[podWith({})], [failed]])).toMatchObject({ outcome: 'failed' });
    const sidecar = init({ restartCount: 0, state: exited(0) }, 'proxy');
    expect(await measure([[podWith({})], [sidecar]])).toMatchObject({
      message: 'web-1: container proxy restarted once, last it exited with code 0',
    });
  });

  test('are none of a pod that is evicted, drained, or replaced by another', async () => {
    const killed = { restartCount: 1, state: exited(137) };
    const evicted = podWith(killed, {
      name: 'web-2',
      pod: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' },
    });
    const drained = podWith(killed, {
      name: 'web-2',
      pod: { conditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    });
    const replaced = podWith({}, { name: 'web-3' });
    const before = podWith({}, { name: 'web-2' });
    for (const now of [[steady, evicted], [steady, drained], [steady, replaced], [steady]]) {
      expect(await measure([[steady, before], now])).toMatchObject({ outcome: 'succeeded' });
    }
  });

  test('are not known where there are no pods', async () => {
    expect(await measure([[]])).toMatchObject({ outcome: 'inconclusive' });
  });

  test('decide at once, and say what is tolerated', () => {
    const { live } = cluster([[workloadOf([])]]);
    const restarts = checkSchema.parse({ restarts: { max: 2 } }).restarts;
    if (!restarts) throw new Error('no check');
    expect(restartsProbe(restarts, { live })).toMatchObject({
      warmsUp: false,
      threshold: '≤ 2 since the first measurement',
      target: 'restarts of the new pods of deployment/web',
    });
  });
});
