import { describe, expect, test } from '@jest/globals';
import { ApiError, UnreachableError } from '../../cluster/api-error.ts';
import { UserError } from '../../errors.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import { deployment, pod, replicaSet } from '../../workload/workload.test-data.ts';
import type { Observation } from '../check.ts';
import { everyPod } from './every.ts';
import { cluster, newPod, type PodHandler, workloadOf } from './live.test-data.ts';
import { lookAt } from './look.ts';

const NEVER = new AbortController().signal;

/** Every pod of `looks` is asked; good are those that answer with 200. */
function asking(
  looks: Parameters<typeof cluster>[0],
  handler?: PodHandler,
  more: { readonly port?: undefined; readonly workloads?: readonly string[] } = {},
) {
  const { workloads } = more;
  const { live, asked } = cluster(looks, handler);
  const judge = ({ status }: { readonly status: number }): Observation => ({
    outcome: status === 200 ? 'succeeded' : 'failed',
    retry: true,
    value: `HTTP ${status}`,
    message: `HTTP ${status}`,
  });
  const every = everyPod({
    look: lookAt(live, workloads, 'The check "pods"'),
    port: 'port' in more ? more.port : 8080,
    question: { method: 'GET', scheme: 'http', path: '/', headers: {}, timeout: 1_000 },
    judge,
    expected: 'expected HTTP 200',
    what: 'The check "pods"',
  });
  return { every, asked };
}

const three = [newPod('web-1'), newPod('web-2'), newPod('web-3')];
const isFor = (path: string, name: string): boolean => path.includes(`/${name}%3A`);

describe('every new pod', () => {
  test('is asked, and good when all are', async () => {
    const { every, asked } = asking([[workloadOf(three)]]);
    expect(await every.ask(NEVER)).toMatchObject({
      outcome: 'succeeded',
      value: '3 new pods',
      message: '3 new pods: HTTP 200',
      number: 0,
      details: ['web-1: good: HTTP 200', 'web-2: good: HTTP 200', 'web-3: good: HTTP 200'],
    });
    expect(asked).toHaveLength(3);
  });

  test('is bad when one is, which is named first', async () => {
    const { every } = asking([[workloadOf(three)]], ({ path }) => ({
      status: isFor(path, 'web-2') ? 503 : 200,
    }));
    const seen = await every.ask(NEVER);
    expect(seen).toMatchObject({
      outcome: 'failed',
      retry: true,
      message: '1 of 3 new pods: web-2: HTTP 503',
      number: 1,
    });
    expect(seen.details?.[0]).toBe('web-2: bad: HTTP 503');
  });

  test('says the same of many only once, and does not list hundreds', async () => {
    const many = Array.from({ length: 200 }, (_, index) => newPod(`web-${index}`));
    const { every } = asking([[workloadOf(many)]], () => ({ status: 500 }));
    const { message, details } = await every.ask(NEVER);
    expect(message).toMatch(/^200 of 200 new pods: (web-\d+, ){5}195 more: HTTP 500$/);
    expect(details).toHaveLength(31);
    expect(details?.at(-1)).toBe('170 more');
  });

  test('that nothing answers for is bad', async () => {
    const body = JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      message: 'error trying to reach service: dial tcp: connect: connection refused',
    });
    const { every } = asking([[workloadOf([newPod()])]], () => ({ status: 503, body }));
    expect(await every.ask(NEVER)).toMatchObject({
      outcome: 'failed',
      retry: true,
      message: 'web-1: expected HTTP 200, got none: connection refused',
    });
  });

  test('is not there: that proves nothing', async () => {
    const idle = deployment({ spec: { replicas: 0 }, status: { replicas: 0 } });
    for (const look of [[workloadOf([], { object: idle })], [workloadOf([])]]) {
      const seen = await asking([look]).every.ask(NEVER);
      expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
      expect(seen.message).toContain('deployment/web: there is no new pod to ask');
    }
  });

  test('of a workload that was deleted is not known, whatever the others say', async () => {
    const look = [workloadOf(three), workloadOf([], { name: 'api', object: undefined })];
    expect(await asking([look]).every.ask(NEVER)).toMatchObject({
      outcome: 'inconclusive',
      message: '1 of 4 new pods: deployment/api: it is not there any more',
    });
  });

  test('of a workload that is scaled to 0 is left out', async () => {
    const object = deployment({ spec: { replicas: 0 }, status: { replicas: 0 } });
    const look = [workloadOf(three), workloadOf([], { name: 'worker', object })];
    expect(await asking([look]).every.ask(NEVER)).toMatchObject({ outcome: 'succeeded' });
  });

  test('does not mean those of earlier templates', async () => {
    const old = pod(replicaSet(deployment(), 'shop/web:1', 'rs-old'), undefined, 'web-old');
    const { every, asked } = asking([[workloadOf([newPod()], { oldPods: [old] })]]);
    await every.ask(NEVER);
    expect(asked).toHaveLength(1);
  });

  test('that is not ready yet is not asked, and leaves it open', async () => {
    const young = newPod('web-2', { ready: false });
    const { every, asked } = asking([[workloadOf([newPod(), young])]]);
    expect(await every.ask(NEVER)).toMatchObject({
      outcome: 'inconclusive',
      message: '1 of 2 new pods: web-2: it is not ready yet, so it was not asked',
    });
    expect(asked).toHaveLength(1);
  });

  test('is bad where none is ready', async () => {
    const young = newPod('web-1', { ready: false });
    expect(await asking([[workloadOf([young])]]).every.ask(NEVER)).toMatchObject({
      outcome: 'failed',
    });
  });

  test('that was ready before, or has crashed, is bad when it is not ready', async () => {
    const lost = newPod('web-2', { ready: false });
    const { every } = asking([
      [workloadOf(three)],
      [workloadOf(three)],
      [workloadOf([newPod(), lost])],
    ]);
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'succeeded' });
    expect(await every.ask(NEVER)).toMatchObject({
      outcome: 'failed',
      message: '1 of 2 new pods: web-2: it is not ready any more',
    });
    const crashed = newPod('web-2', {
      ready: false,
      status: { containerStatuses: [{ name: 'web', ready: false, restartCount: 1 }] },
    });
    expect(await asking([[workloadOf([newPod(), crashed])]]).every.ask(NEVER)).toMatchObject({
      outcome: 'failed',
    });
  });

  test.each([
    ['evicted', { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' }],
    ['on a node that is shut down', { phase: 'Failed', reason: 'Terminated' }],
    ['drained', { conditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
  ])('that is %s does not count', async (_, status) => {
    const gone = newPod('web-2', { status });
    const { every, asked } = asking([[workloadOf([newPod(), gone])]]);
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'succeeded', value: '1 new pod' });
    expect(asked).toHaveLength(1);
  });

  test('that goes while it is asked is followed by the one that comes in its place', async () => {
    const gone = JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: 'not found' });
    const { every } = asking(
      [[workloadOf([newPod('web-1')])], [workloadOf([newPod('web-2')])]],
      ({ path }) => (isFor(path, 'web-1') ? { status: 404, body: gone } : {}),
    );
    expect(await every.ask(NEVER)).toMatchObject({
      outcome: 'succeeded',
      details: ['web-2: good: HTTP 200'],
    });
  });

  test('that fails on its way out does not count', async () => {
    const { every } = asking(
      [[workloadOf([newPod('web-1'), newPod('web-2')])], [workloadOf([newPod('web-2')])]],
      ({ path }) => ({ status: isFor(path, 'web-1') ? 503 : 200 }),
    );
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'succeeded', value: '1 new pod' });
  });

  test('that goes again and again is not known, and not asked for ever', async () => {
    const gone = JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: 'not found' });
    const { every, asked } = asking([[workloadOf([newPod()])]], () => ({
      status: 404,
      body: gone,
    }));
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'inconclusive' });
    expect(asked).toHaveLength(3);
  });
});

describe('a cluster that cannot be asked', () => {
  test.each([
    ['a refusal', new ApiError('may not watch pods.', 403, {}, undefined), 'HTTP 403'],
    ['no answer', new UnreachableError('no route', 'not-sent'), 'no answer'],
    ['a workload that is not there', new UserError('There is no deployment/web.'), 'no answer'],
  ])('is an error, and no failure of the application: %s', async (_, error, value) => {
    expect(await asking([error]).every.ask(NEVER)).toMatchObject({ outcome: 'error', value });
  });

  test('is refused before the first measurement, unless that may pass', async () => {
    const missing = new UserError('There is no deployment/web.');
    await expect(asking([missing]).every.prepare(NEVER)).rejects.toThrow(missing.message);
    const away = new UnreachableError('no route', 'not-sent');
    await asking([away]).every.prepare(NEVER);
  });

  test('and a bug is not hidden', async () => {
    await expect(asking([new TypeError('bug')]).every.ask(NEVER)).rejects.toThrow('bug');
  });
});

describe('workloads whose pods are asked', () => {
  const worker = deployment({
    spec: { template: { spec: { containers: [{ name: 'worker', image: 'w' }] } } },
  });
  const look = [workloadOf(three), workloadOf([newPod('w-1')], { name: 'worker', object: worker })];

  test('without a port are refused beforehand, with what to name instead', async () => {
    const { every } = asking([look], undefined, { port: undefined });
    await expect(every.prepare(NEVER)).rejects.toThrow(
      'The check "pods" cannot ask the pods of deployment/worker: its containers have no port. ' +
        'Write "port" as a number, or name in "workloads" those that answer HTTP, such as [deployment/web].',
    );
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'error', retry: false });
  });

  test('are no CronJobs, whose pods come and go, unless one is named', async () => {
    const cron: LiveWorkload = {
      ...workloadOf([], { name: 'report' }),
      workload: { kind: 'CronJob', namespace: 'shop', name: 'report' },
      progress: undefined,
    };
    const { every, asked } = asking([[workloadOf(three), cron]], undefined, { port: undefined });
    await every.prepare(NEVER);
    expect(await every.ask(NEVER)).toMatchObject({ outcome: 'succeeded' });
    expect(asked).toHaveLength(3);
    const named = asking([[workloadOf(three), cron]], undefined, { workloads: ['cronjob/report'] });
    await expect(named.every.prepare(NEVER)).rejects.toThrow(
      'cannot ask the pods of cronjob/report: a CronJob has none that stay',
    );
  });

  test('may be named, and then the others are not asked', async () => {
    const { every, asked } = asking([look], undefined, {
      port: undefined,
      workloads: ['deploy/web'],
    });
    await every.prepare(NEVER);
    await every.ask(NEVER);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toContain('web-1%3A80/');
  });

  test('have to be verified', () => {
    expect(() => asking([look], undefined, { workloads: ['deployment/other'] })).toThrow(
      'deployment/other is not one of the workloads that are verified: deployment/web, deployment/worker',
    );
    expect(() => lookAt(undefined, undefined, 'The check "pods"')).toThrow(
      'set the input "release"',
    );
  });
});
