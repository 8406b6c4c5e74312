import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Observation } from '../../packages/core/src/verify/check.ts';
import type { Surroundings } from '../../packages/core/src/verify/probe.ts';
import type { WebService } from '../cluster/services/prometheus.ts';
import { runStep, type StepResult } from '../contract/run-action.ts';
import { afterTests } from './fixture.ts';
import {
  errorRatio,
  liveDouble,
  prometheusCheck,
  prometheusWith,
  ruleText,
  surroundings,
  untilResult,
} from './verify-prometheus-fixture.ts';

const NEVER = new AbortController().signal;

const COUNTERS = [
  { app: 'good', status: '200', value: '99 * time()' },
  { app: 'good', status: '500', value: '1 * time()' },
  // Counts requests and has never had an error, so that there is no series of errors.
  { app: 'clean', status: '200', value: '100 * time()' },
  { app: 'idle', status: '200', value: '0 * time()' },
];

let scraped: WebService;
let prometheus: WebService;

beforeAll(async () => {
  scraped = await prometheusWith(ruleText([]));
  const address = new URL(scraped.clusterUrl ?? scraped.url).host;
  const of = (pod: string, target: string) => ({ targets: [target], labels: { pod } });
  const targets = [of('shop-1', address), of('shop-2', address), of('shop-3', '127.0.0.1:1')];
  prometheus = await prometheusWith(ruleText(COUNTERS), {
    scrape_configs: [{ job_name: 'shop', static_configs: targets }],
  });
  await untilResult(
    prometheus,
    `${errorRatio('good')} and sum(rate(http_requests_total{app="clean"}[10s]))`,
  );
  await untilResult(prometheus, 'up{pod="shop-2"} == 1 and on () up{pod="shop-3"} == 0');
});

/** A double of what answers queries as Prometheus does, and knows no targets. */
async function withoutTargets(url: string): Promise<string> {
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/api/v1/targets')) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET' } = request;
    const answer = await fetch(`${url}${request.url}`, {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      ...(method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTests(async () => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(config: object, more: Partial<Surroundings> = {}): Promise<Observation> {
  return await prometheusCheck(config, surroundings(prometheus, more)).measure(NEVER);
}

async function step(checks: readonly object[]): Promise<StepResult> {
  return await runStep('verify-health', {
    inputs: {
      'prometheus-url': prometheus.url,
      duration: '1s',
      interval: '500ms',
      checks: JSON.stringify(checks),
    },
  });
}

describe('a query', () => {
  test('that does not parse ends the step before anything is measured, with its place', async () => {
    const query = 'sum(rate(http_requests_total[1m])';
    const { outputs, errors } = await step([
      { prometheus: { name: 'health', query: 'vector(1)', max: 1 } },
      { prometheus: { name: 'errors', query, max: 1 } },
    ]);
    expect(outputs).toMatchObject({ status: 'error', report: '' });
    expect(errors[0]).toMatch(
      /The check "errors": .*bad_data: .*1:\d+: parse error: unclosed left/,
    );
    expect(errors[0]).toContain(query);
  });

  test('of requests is looked at before, too, and one that is missing is asked for', async () => {
    const counted = { query: 'vector(1)', max: 1, 'min-requests': 5 };
    const wrong = await step([{ prometheus: { ...counted, requests: 'sum(' } }]);
    expect(wrong.errors[0]).toContain('parse error');
    const missing = await step([{ prometheus: counted }]);
    expect(missing.errors[0]).toContain('set "requests" to a query that counts them');
  });

  test('without any errors yet is 0, where there are requests (flagger#1353)', async () => {
    const { outputs, log } = await step([{ prometheus: { query: errorRatio('clean'), max: 0 } }]);
    expect(outputs.status).toBe('succeeded');
    expect(log).toContain('0');
    const seen = await ask({ query: errorRatio('clean'), max: 0.05 });
    expect(seen).toMatchObject({ outcome: 'succeeded', number: 0 });
    expect(seen.message).toMatch(
      /the numerator has no series yet, which is 0, while the divisor is \d/,
    );
    expect(await ask({ query: `1 - ${errorRatio('clean')}`, min: 0.99 })).toMatchObject({
      outcome: 'succeeded',
      number: 1,
    });
  });

  test('without requests says nothing', async () => {
    expect(await ask({ query: errorRatio('idle'), max: 0.05 })).toMatchObject({
      outcome: 'inconclusive',
      value: 'no data',
    });
  });
});

describe('few requests', () => {
  test('say nothing of the service, good or bad', async () => {
    const few = { query: errorRatio('good'), 'min-requests': 100_000 };
    for (const max of [0.5, 0.001]) {
      const seen = await ask({ ...few, max });
      expect(seen.outcome).toBe('inconclusive');
      expect(seen.message).toMatch(/^only \d+ requests were counted, fewer than min-requests/);
    }
    // 100 a second, for 10 s.
    expect(await ask({ ...few, max: 0.5, 'min-requests': 500 })).toMatchObject({
      outcome: 'succeeded',
    });
  });

  test('are counted by a query of their own where the check has one', async () => {
    const own = { query: 'vector(1)', max: 1, requests: 'vector(7)' };
    expect(await ask({ ...own, 'min-requests': 7 })).toMatchObject({ outcome: 'succeeded' });
    const seen = await ask({ ...own, 'min-requests': 8 });
    expect(seen.message).toContain('only 7 requests');
  });
});

describe('several series', () => {
  const query = 'sum by (app) (rate(http_requests_total{app=~"good|idle"}[10s]))';

  test('must all be good, or one of them', async () => {
    expect((await ask({ query, max: 1_000 })).outcome).toBe('error');
    const all = await ask({ query, min: 50, series: 'all' });
    expect(all).toMatchObject({ outcome: 'failed', number: 0, details: ['{app="idle"} 0'] });
    expect(await ask({ query, min: 50, series: 'any' })).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a range', () => {
  const query = `time() - ${Math.floor(Date.now() / 1_000)}`;

  test('is judged by its worst, last or average value', async () => {
    const asked = { query, range: '20s', step: '1s' };
    const numbers = await Promise.all(
      [{ max: 1e9 }, { min: -1e9 }, { max: 1e9, reduce: 'avg' }, { min: -1e9, reduce: 'last' }].map(
        async (more) => (await ask({ ...asked, ...more })).number ?? 0,
      ),
    );
    const [largest = 0, smallest = 0, average = 0, last = 0] = numbers;
    expect(largest - smallest).toBeGreaterThan(19);
    expect(largest - smallest).toBeLessThan(23);
    expect(average - smallest).toBeGreaterThan(8);
    expect(Math.abs(last - largest)).toBeLessThan(3);
  });

  test('has a history for a chart, of 60 values at most, that ends now', async () => {
    const probe = prometheusCheck({ query: 'time()', max: 1e12 }, surroundings(prometheus));
    const history = (await probe.history?.(NEVER)) ?? [];
    expect(history.length).toBeGreaterThan(50);
    expect(history.length).toBeLessThanOrEqual(60);
    expect(history[0]?.at).toBeLessThan(-580_000);
    expect(Math.abs(history.at(-1)?.at ?? 1e6)).toBeLessThan(12_000);
  });
});

describe('the pods of a release', () => {
  const query = 'max(up{pod=~"{{pods}}"})';

  test('are those that are asked for, and must be scraped, each of them', async () => {
    const good = { query, min: 1 };
    expect(await ask(good, { live: liveDouble(['shop-1', 'shop-2'], 0) })).toMatchObject({
      outcome: 'succeeded',
    });
    const unseen = await ask(good, { live: liveDouble(['shop-1', 'shop-3', 'shop-4'], 0) });
    expect(unseen.outcome).toBe('inconclusive');
    expect(unseen.message).toMatch(/shop-3 \(down: .*refused.*\), shop-4 \(no target\)/);
    const live = liveDouble(['shop-1', 'shop-4'], 0);
    expect((await ask({ ...good, sensors: 'ignored' }, { live })).outcome).toBe('succeeded');
    const other = { query: 'vector(1)', min: 1 };
    expect((await ask(other, { live })).outcome).toBe('succeeded');
    expect((await ask({ ...other, sensors: 'required' }, { live })).outcome).toBe('inconclusive');
  });

  test('are known by their label where there is no API of targets, as with Thanos', async () => {
    const front = await withoutTargets(prometheus.url);
    const ask = async (pods: readonly string[]): Promise<Observation> => {
      const more = { live: liveDouble(pods, 0) };
      return await prometheusCheck(
        { query, min: 1, url: front },
        surroundings(prometheus, more),
      ).measure(NEVER);
    };
    expect(await ask(['shop-1', 'shop-2'])).toMatchObject({ outcome: 'succeeded' });
    const unseen = await ask(['shop-1', 'shop-3', 'shop-4']);
    expect(unseen.outcome).toBe('inconclusive');
    expect(unseen.message).toContain('shop-3 (down), shop-4 (no target)');
  });

  test('that are none say nothing', async () => {
    expect(await ask({ query, min: 1 }, { live: liveDouble([], 0) })).toMatchObject({
      outcome: 'inconclusive',
      value: 'no pods',
    });
  });
});

test('the report has every value as a number', async () => {
  const { outputs } = await step([
    { prometheus: { name: 'errors', query: errorRatio('good'), max: 0.05 } },
  ]);
  const report = JSON.parse(await readFile(outputs.report ?? '', 'utf8'));
  expect(Number(report.checks[0].measurements[0].value)).toBeCloseTo(0.01, 3);
});

test('the window is the time since the verification began, and no longer', async () => {
  await untilResult(prometheus, 'count_over_time(up{pod="shop-1"}[5m]) > 40');
  const seen = await ask(
    { query: 'count_over_time(up{pod=~"{{pods}}"}[{{window}}])', min: 1 },
    { live: liveDouble(['shop-1'], 0) },
  );
  expect(seen.outcome).toBe('succeeded');
  // Scrapes every second, for the shortest window of 30 s.
  expect(seen.number).toBeLessThanOrEqual(31);
}, 120_000);
