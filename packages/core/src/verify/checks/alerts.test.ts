import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import { NOON } from '../alerts/alert.test-data.ts';
import { evaluated, received, serve } from '../alerts/alert-server.test-data.ts';
import type { JsonValue } from '../check.ts';
import { silenceComment, silenceMark } from '../silence.ts';
import { alertsProbe } from './alerts.ts';

const NEVER = new AbortController().signal;

interface Place {
  readonly alertmanager?: string;
  readonly prometheus?: string;
  readonly releaseAge?: number;
  readonly before?: readonly JsonValue[];
  readonly duration?: number;
  readonly phase?: 'before';
}

function probe(config: object, place: Place = {}) {
  const { alertmanager, prometheus, releaseAge, before, duration, phase } = place;
  const parsed = checkSchema.parse({ alerts: config }).alerts;
  if (!parsed) throw new Error('no check of alerts');
  const live = releaseAge === undefined ? undefined : ({ age: () => releaseAge } as never);
  const context = {
    servers: { alertmanager, prometheus, elasticsearch: undefined },
    live,
    before: () => before,
    ...(duration === undefined ? {} : { duration }),
    ...(phase ? { phase } : {}),
    silenceMark: silenceMark({ app: 'shop', environment: 'staging' }),
  };
  return alertsProbe(parsed, context);
}

describe('a check of alerts', () => {
  test('asks Alertmanager for all states, with its matchers, and tells what fires', async () => {
    const { url, requests } = await serve(() => ({ body: [received('Down', 20)] }));
    const check = probe(
      { matchers: ['namespace=shop', 'job=~"web|api"'] },
      { alertmanager: url, releaseAge: 60_000 },
    );
    expect(check.target).toBe(
      `alerts {namespace="shop", job=~"web|api"} of Alertmanager at ${url}/`,
    );
    expect(await check.measure(NEVER)).toMatchObject({
      outcome: 'failed',
      message: 'Down has been firing for 20 s',
    });
    expect(requests).toEqual([
      '/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true&filter=namespace="shop"&filter=job=~"web|api"',
    ]);
  });

  test('asks Prometheus, and applies the matchers itself', async () => {
    const alerts = [
      evaluated({ alertname: 'Down', namespace: 'shop' }, 'firing', 20),
      evaluated({ alertname: 'Down', namespace: 'other' }, 'firing', 20),
      evaluated({ alertname: 'Slow', namespace: 'shop' }, 'pending', 5),
    ];
    const { url } = await serve(() => ({ body: { status: 'success', data: { alerts } } }));
    const check = probe(
      { matchers: ['namespace="shop"'] },
      { prometheus: url, releaseAge: 60_000 },
    );
    const seen = await check.measure(NEVER);
    expect(seen).toMatchObject({ outcome: 'failed', value: '1 alert' });
    expect(seen.details).toEqual([
      'Down{namespace="shop"} has been firing for 20 s',
      'Slow{namespace="shop"} has been pending for 5 s',
    ]);
  });

  test('dates an alert by the clock of the server that has it, which may be wrong by hours', async () => {
    const late = NOON + 7_200_000;
    const times = [20, 600].map((age) => new Date(late - age * 1_000).toISOString());
    const body = times.map((startsAt, index) => received(`A${index}`, 0, { startsAt }));
    const { url } = await serve(
      () => ({ body }),
      () => late,
    );
    const { message } = await probe({}, { alertmanager: url, releaseAge: 60_000 }).measure(NEVER);
    expect(message).toBe('A0 has been firing for 20 s');
  });

  test('does not count what was there before the release, and is not sure of what began anew', async () => {
    let alerts = [received('Down', 300), received('Slow', 300)];
    const { url } = await serve(() => ({ body: alerts }));
    const { keep } = await probe({}, { alertmanager: url }).measure(NEVER);
    alerts = [received('Down', 300), received('Slow', 0)];
    const after = probe({}, { alertmanager: url, before: [keep as JsonValue] });
    expect(await after.prepare?.(NEVER)).toEqual([]);
    expect(await after.measure(NEVER)).toMatchObject({
      outcome: 'inconclusive',
      message:
        'Slow has been firing for 0 s; it was there before the release, too, was resolved, and has begun anew',
    });
  });

  test('takes what fires first for older where nothing is known of a release, and says so', async () => {
    let alerts = [received('Down', 5)];
    let now = NOON - 1_000;
    const { url } = await serve(
      () => ({ body: alerts }),
      () => now,
    );
    const check = probe({}, { alertmanager: url });
    const ahead = probe({}, { alertmanager: url, phase: 'before' });
    expect(await ahead.prepare?.(NEVER)).toEqual([]);
    expect(await check.prepare?.(NEVER)).toEqual([
      expect.stringMatching(
        /^The check "alerts" takes the alerts of its first measurement for older than the release/,
      ),
    ]);
    expect((await check.measure(NEVER)).outcome).toBe('succeeded');
    now = NOON;
    alerts = [received('Down', 5), received('Slow', 1), received('Told late', 60)];
    expect(await check.measure(NEVER)).toMatchObject({
      outcome: 'failed',
      message: 'Slow has been firing for 1 s',
    });
  });

  test('counts what its own silence hides, and not what another one does', async () => {
    const silenced = (name: string, id: string) =>
      received(name, 5, { status: { state: 'suppressed', silencedBy: [id], inhibitedBy: [] } });
    const comment = (app: string) =>
      silenceComment('Deployment', { app, environment: 'staging' }, 'https://runs.example/1');
    const comments: Readonly<Record<string, string>> = {
      'our-1': comment('shop'),
      'their-1': comment('desk'),
      'human-1': 'Maintenance',
    };
    const { url, requests } = await serve((path) => {
      const id = path.split('/').at(-1) ?? '';
      if (path === '/api/v2/alerts') {
        return { body: ['our-1', 'their-1', 'human-1'].map((one) => silenced(`By ${one}`, one)) };
      }
      const createdBy = id.startsWith('human') ? 'jane' : 'paal';
      const times = { startsAt: '2026-03-01T11:00:00Z', endsAt: '2026-03-01T13:00:00Z' };
      return {
        body: { id, createdBy, comment: comments[id], status: { state: 'active' }, ...times },
      };
    });
    const check = probe({}, { alertmanager: url, releaseAge: 60_000 });
    expect(await check.measure(NEVER)).toMatchObject({
      outcome: 'failed',
      message: 'By our-1 has been firing for 5 s',
    });
    await check.measure(NEVER);
    expect(requests.filter((one) => one.includes('/silence/'))).toHaveLength(3);
  });

  test('asks for the watchdog apart from its matchers', async () => {
    const { url, requests } = await serve((_, { searchParams }) => ({
      body:
        searchParams.getAll('filter').join() === 'alertname="Heartbeat"'
          ? [received('Heartbeat', 9e5)]
          : [],
    }));
    const config = { matchers: ['namespace="shop"'], watchdog: 'Heartbeat' };
    const good = await probe(config, { alertmanager: url, releaseAge: 60_000 }).measure(NEVER);
    expect(good.outcome).toBe('succeeded');
    expect(requests.some((one) => one.endsWith('filter=alertname="Heartbeat"'))).toBe(true);
    const other = { ...config, watchdog: 'Watchdog' };
    const dead = await probe(other, { alertmanager: url, releaseAge: 60_000 }).measure(NEVER);
    expect(dead).toMatchObject({ outcome: 'error', value: 'no Watchdog' });
  });

  test('is an error while nobody answers, or something else does', async () => {
    const down = await probe({}, { alertmanager: 'http://127.0.0.1:9' }).measure(NEVER);
    expect(down).toMatchObject({ outcome: 'error', retry: true, value: 'connection refused' });
    const { url } = await serve(() => ({ body: { hello: 'world' } }));
    expect((await probe({}, { alertmanager: url }).measure(NEVER)).message).toBe(
      `Alertmanager at ${url}/ gave no answer of its API (HTTP 200)`,
    );
    const broken = await serve(() => ({ status: 500, body: 'disk full' }));
    expect(await probe({}, { alertmanager: broken.url }).measure(NEVER)).toMatchObject({
      outcome: 'error',
      retry: true,
      message: expect.stringContaining('(HTTP 500): disk full'),
    });
  });

  test('says which of its alerts cannot fire in time, and how long it would have to last', async () => {
    const alertmanager = (await serve(() => ({ body: [] }))).url;
    const rule = (name: string, severity: string, wait: number) => ({
      type: 'alerting',
      name,
      query: 'up == 0',
      duration: wait,
      labels: { severity },
      health: 'ok',
      alerts: [],
    });
    const rules = [rule('Slow', 'warning', 3_600), rule('Down', 'critical', 300)];
    const groups = [{ name: 'g', file: 'f', interval: 15, rules }];
    const body = { status: 'success', data: { groups } };
    const prometheus = (await serve(() => ({ body }))).url;
    const place = { alertmanager, prometheus, releaseAge: 1, duration: 60_000 };
    const matchers = ['severity=critical', 'namespace=shop'];
    const remarks = await probe({ matchers }, place).prepare?.(NEVER);
    expect(remarks?.join(' ')).toContain('Down');
    expect(remarks?.join(' ')).not.toContain('Slow');
    expect(await probe({ matchers }, place).needs?.(NEVER)).toBeGreaterThan(300_000);
    expect(await probe({ matchers }, place).needs?.(NEVER)).toBeLessThan(3_600_000);
    const long = probe({ matchers }, { ...place, duration: 3_600_000 });
    expect(await long.prepare?.(NEVER)).toEqual([]);
    const alone = probe({}, { alertmanager, releaseAge: 1, duration: 60_000 });
    expect(await alone.prepare?.(NEVER)).toEqual([]);
    expect(await alone.needs?.(NEVER)).toBeUndefined();
  });
});

describe('a check of alerts that is not usable', () => {
  test.each([
    [{}, 'Alertmanager or Prometheus is'],
    [{ source: 'alertmanager' }, 'the input "alertmanager-url"'],
    [{ source: 'prometheus' }, 'the input "prometheus-url"'],
  ])('does not know whom to ask, and says how to tell it: %j', (config, words) => {
    expect(() => probe(config)).toThrow(UserError);
    expect(() => probe(config)).toThrow(words);
  });

  test('asks Prometheus where its source says so, and Alertmanager where both are known', () => {
    const servers = { alertmanager: 'http://a.example', prometheus: 'http://p.example' };
    expect(probe({}, servers).target).toBe('alerts of Alertmanager at http://a.example/');
    expect(probe({ source: 'prometheus' }, servers).target).toBe(
      'alerts of Prometheus at http://p.example/',
    );
  });

  test('has a source that nobody knows, or a matcher that is none', () => {
    expect(() => probe({ source: 'grafana' })).toThrow(/alertmanager.*prometheus/s);
    expect(() => probe({ matchers: ['severity'] }, { alertmanager: 'http://a.example' })).toThrow(
      'The check "alerts severity": the matcher severity has no label and operator',
    );
  });

  test('has matchers that Alertmanager refuses, which is told before the first measurement', async () => {
    const { url } = await serve(() => ({ status: 400, body: 'bad matcher format: x' }));
    const check = probe({ matchers: ['a=~"b"'] }, { alertmanager: url });
    await expect(check.prepare?.(NEVER)).rejects.toThrow(
      /^The check "alerts a=~"b"": Alertmanager at .* refuses its matchers: bad matcher format: x$/,
    );
    expect(await check.measure(NEVER)).toMatchObject({ outcome: 'error', retry: false });
  });
});
