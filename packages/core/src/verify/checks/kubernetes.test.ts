import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '../../config/check-schema.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import type { Event, Pod } from '../../workload/types.ts';
import { deployment, pod, replicaSet, warning } from '../../workload/workload.test-data.ts';
import type { Observation } from '../check.ts';
import { cluster, newPod, workloadOf } from '../pods/live.test-data.ts';
import { kubernetesProbe } from './kubernetes.ts';

const NEVER = new AbortController().signal;

/** Measures as often as there are looks; gives the last. */
async function measure(
  looks: readonly (readonly LiveWorkload[])[],
  config: object = {},
  { age }: { readonly age?: number | undefined } = { age: 60_000 },
): Promise<Observation> {
  const { live } = cluster(looks, undefined, age === undefined ? {} : { age });
  const kubernetes = checkSchema.parse({ kubernetes: config }).kubernetes;
  if (!kubernetes) throw new Error('no check');
  const probe = kubernetesProbe(kubernetes, { live });
  let last = await probe.measure(NEVER);
  for (let made = 1; made < looks.length; made += 1) last = await probe.measure(NEVER);
  return last;
}

const incomplete = deployment({ status: { availableReplicas: 2, readyReplicas: 2 } });
const good = [workloadOf([newPod('web-1'), newPod('web-2')])];

describe('a workload', () => {
  test('is good when it is available, and its pods are ready', async () => {
    expect(await measure([good])).toMatchObject({
      outcome: 'succeeded',
      message: '1 workload: 3 of 3 updated, 3 available',
    });
  });

  test('that is not complete is bad from the start, and may become good', async () => {
    const seen = await measure([[workloadOf([newPod()], { object: incomplete })]]);
    expect(seen).toMatchObject({
      outcome: 'failed',
      retry: true,
      message: 'deployment/web: not complete: 3 of 3 updated, 2 available',
    });
    expect(seen.message).not.toContain('scaled');
  });

  test('that has lost a pod is bad, with the pod and its exit', async () => {
    const lost = newPod('web-2', {
      ready: false,
      status: {
        containerStatuses: [
          {
            name: 'web',
            ready: false,
            restartCount: 1,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    });
    // Its counters may still be those from before.
    for (const object of [deployment(), incomplete]) {
      const seen = await measure([good, [workloadOf([newPod(), lost], { object })]]);
      expect(seen.outcome).toBe('failed');
      expect(seen.message).toContain(
        'pod web-2 is not ready any more: container web exited with code 1',
      );
    }
  });

  test('that is scaled out while it is verified is not bad; it has to become complete again', async () => {
    const young = newPod('web-3', { ready: false });
    const scaled = [workloadOf([newPod(), young], { object: incomplete })];
    expect(await measure([good, scaled])).toMatchObject({
      outcome: 'inconclusive',
      retry: true,
      message:
        'deployment/web: 3 of 3 updated, 2 available; not ready yet: web-3; it is scaled, or pods are replaced',
    });
    expect(await measure([good, scaled, good])).toMatchObject({ outcome: 'succeeded' });
  });

  test('whose pod is drained or evicted is not bad', async () => {
    const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' };
    const evicted = newPod('web-2', { ready: false, status });
    const seen = await measure([good, [workloadOf([newPod(), evicted], { object: incomplete })]]);
    expect(seen.outcome).toBe('inconclusive');
  });

  test('that was deleted is bad', async () => {
    expect(await measure([good, [workloadOf([], { object: undefined })]])).toMatchObject({
      outcome: 'failed',
      message: 'deployment/web: it is not there',
    });
  });

  test('that is paused is bad, with what to do', async () => {
    const paused = deployment({ spec: { paused: true } });
    const seen = await measure([[workloadOf([newPod()], { object: paused })]]);
    expect(seen).toMatchObject({ outcome: 'failed' });
    expect(seen.message).toContain('is paused');
    expect(seen.hint).toContain('kubectl -n shop rollout resume deployment/web');
  });

  test('decides by the worst of all', async () => {
    const both = [...good, workloadOf([], { name: 'api', object: undefined })];
    expect(await measure([both])).toMatchObject({
      outcome: 'failed',
      message: '1 of 2 workloads: deployment/api: it is not there',
      number: 1,
    });
  });
});

const SECOND = 1_000;
const READY_AT = Date.parse('2026-01-01T00:01:00Z');

function at(event: Event, offset: number, count = 1): Event {
  const lastTimestamp = new Date(READY_AT + offset).toISOString().replace('.000', '');
  return { ...event, lastTimestamp, count };
}

/** A pod that was created so long before it became ready, and is ready unless told otherwise. */
function podReadySince(name: string, ready = true, born = 10 * SECOND): Pod {
  const made = newPod(name, {
    ready,
    status: {
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          lastTransitionTime: '2026-01-01T00:01:00Z',
        },
      ],
    },
  });
  const creationTimestamp = new Date(READY_AT - born).toISOString();
  return { ...made, metadata: { ...made.metadata, creationTimestamp } };
}

const web1 = podReadySince('web-1');
const look = (...events: readonly Event[]) => [workloadOf([web1], { events })];
const unhealthy = (offset: number, count = 1): Event =>
  at(warning(web1, 'Unhealthy', 'Readiness probe failed'), offset, count);
const aboutWorkload: Event = {
  ...warning(web1, 'FailedCreate', 'quota exceeded'),
  involvedObject: { kind: 'Deployment', name: 'web', uid: 'deployment-1' },
};

describe('a new warning', () => {
  test('is bad, with its reason, how often, about whom and in which words', async () => {
    expect(await measure([look(unhealthy(5 * SECOND, 3))])).toMatchObject({
      outcome: 'failed',
      value: '1 of 1 bad',
      message: 'deployment/web: Unhealthy (3 times) of pod/web-1: Readiness probe failed',
    });
  });

  test('that came while it was verified is bad, also about the workload', async () => {
    expect(await measure([look(), look(aboutWorkload)])).toMatchObject({
      outcome: 'failed',
      message: 'deployment/web: FailedCreate of deployment/web: quota exceeded',
    });
  });

  test('about the workload that was there before is old news, until it recurs', async () => {
    const old = at(aboutWorkload, 0, 2);
    expect(await measure([look(old), look(old)])).toMatchObject({ outcome: 'succeeded' });
    expect(await measure([look(old), look(at(aboutWorkload, 0, 3))])).toMatchObject({
      outcome: 'failed',
    });
  });

  test('that was there before is old news where it is not known when the release began', async () => {
    const seen = await measure([look(unhealthy(5 * SECOND))], {}, {});
    expect(seen.outcome).toBe('succeeded');
  });

  test('about a pod that is older than the release is old news', async () => {
    const elder = podReadySince('web-0', true, 3_600 * SECOND);
    const event = at(warning(elder, 'Unhealthy', 'no'), 5 * SECOND);
    const both = [workloadOf([elder, web1], { events: [event] })];
    expect(await measure([both])).toMatchObject({ outcome: 'succeeded' });
    const young = [workloadOf([web1], { events: [unhealthy(5 * SECOND)] })];
    expect(await measure([young])).toMatchObject({ outcome: 'failed' });
  });

  test.each([
    ['before it was ready', unhealthy(-20 * SECOND)],
    ['in the second in which it became ready', unhealthy(0)],
    ['about its place', at(warning(web1, 'FailedScheduling', 'no node'), 9 * SECOND)],
    ['about its volumes', at(warning(web1, 'FailedMount', 'not yet'), 9 * SECOND)],
  ])('about the start of a pod that is ready now is none: %s', async (_, event) => {
    expect(await measure([look(), look(event)])).toMatchObject({ outcome: 'succeeded' });
  });

  test('about a pod that is still starting is none yet', async () => {
    const young = podReadySince('web-9', false);
    const event = at(warning(young, 'Unhealthy', 'Readiness probe failed'), 5 * SECOND);
    const seen = await measure([good, [workloadOf([young], { events: [event] })]]);
    expect(seen.message).not.toContain('Unhealthy');
  });

  test('about a pod of an earlier template is none', async () => {
    const old = pod(replicaSet(deployment(), 'shop/web:1', 'rs-old'), undefined, 'web-old');
    const event = at(warning(old, 'Unhealthy', 'no'), 5 * SECOND);
    const seen = await measure([good, [workloadOf([web1], { oldPods: [old], events: [event] })]]);
    expect(seen.outcome).toBe('succeeded');
  });

  test('of type Normal is none', async () => {
    const normal = { ...unhealthy(5 * SECOND), type: 'Normal' };
    expect(await measure([look(), look(normal)])).toMatchObject({ outcome: 'succeeded' });
  });

  test('is only told with warnings: report, once however often it recurs', async () => {
    const seen = await measure([look(unhealthy(5 * SECOND, 7))], { warnings: 'report' });
    expect(seen).toMatchObject({
      outcome: 'succeeded',
      warnings: ['Unhealthy of pod/web-1: Readiness probe failed'],
    });
  });

  test('is nothing with warnings: ignore, or of a reason that is ignored', async () => {
    const event = unhealthy(5 * SECOND);
    const ignored = [{ warnings: 'ignore' }, { 'ignore-reasons': ['Unhealthy'] }];
    for (const config of ignored) {
      const seen = await measure([look(event)], config);
      expect(seen.outcome).toBe('succeeded');
      expect(seen.warnings).toBeUndefined();
    }
  });
});
