import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { startPrometheus, type WebService } from '../cluster/services/prometheus.ts';
import { runStep, type StepResult } from '../contract/run-action.ts';
import { afterTests, sharedCluster } from './fixture.ts';

const CONFIGURATION = 'global: { evaluation_interval: 1s }\nrule_files: [rules.yml]\n';

/** Counters of three services: one per cent of errors, ten per cent, and no traffic at all. */
const RULES = `
groups:
  - name: services
    rules:
${[
  ['good', '200', '99 * time()'],
  ['good', '500', '1 * time()'],
  ['bad', '200', '90 * time()'],
  ['bad', '500', '10 * time()'],
  ['idle', '200', '0 * time()'],
  ['idle', '500', '0 * time()'],
]
  .map(
    ([app, status, expression]) =>
      `      - { record: http_requests_total, labels: { app: ${app}, status: "${status}" }, expr: "vector(${expression})" }`,
  )
  .join('\n')}
`;

function errorRatio(app: string): string {
  const requests = `http_requests_total{app="${app}"}[10s]`;
  return `sum(rate(${requests.replace('"}', '",status=~"5.."}')})) / sum(rate(${requests}))`;
}

let prometheus: WebService;

/** A Prometheus with the counters; it ends with the tests at the latest. */
async function start(): Promise<WebService> {
  const cluster = sharedCluster();
  const started = await startPrometheus(cluster, { configuration: CONFIGURATION, rules: RULES });
  afterTests(started.stop);
  return started;
}

/** Resolves when the query has a result. */
async function until(query: string): Promise<void> {
  for (;;) {
    const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = (await (await fetch(url)).json()) as { data: { result: unknown[] } };
    if (answer.data.result.length > 0) return;
    await delay(200);
  }
}

beforeAll(async () => {
  prometheus = await start();
  await until(`${errorRatio('good')} and ${errorRatio('bad')}`);
});

interface Check {
  readonly query: string;
  readonly max?: number;
  readonly min?: number;
  readonly 'no-data'?: 'fail' | 'pass' | 'inconclusive';
}

async function verify(
  check: Check,
  inputs: Readonly<Record<string, string>> = {},
  onLog?: (log: string) => void,
): Promise<StepResult> {
  return await runStep('verify-health', {
    inputs: {
      'prometheus-url': prometheus.url,
      duration: '1s',
      interval: '500ms',
      checks: JSON.stringify([{ prometheus: { name: 'metric', ...check } }]),
      ...inputs,
    },
    ...(onLog ? { onLog } : {}),
  });
}

async function measurements(step: StepResult): Promise<readonly Record<string, unknown>[]> {
  const report = JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
  return report.checks[0].measurements;
}

describe('paal/verify-health against Prometheus', () => {
  test('a value under its threshold stays good to the end', async () => {
    const step = await verify({ query: errorRatio('good'), max: 0.05 });
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ status: 'succeeded', 'failed-check': '' });
    const seen = await measurements(step);
    for (const { value } of seen) expect(Number(value)).toBeCloseTo(0.01, 3);
    const { 'at-ms': at, 'took-ms': took } = seen.at(-1) ?? {};
    expect(Number(at) + Number(took)).toBeGreaterThanOrEqual(1_000);
  });

  test('a value over its threshold fails at once, with query, value and threshold', async () => {
    const step = await verify({ query: errorRatio('bad'), max: 0.05 }, { duration: '5m' });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'metric' });
    expect(step.errors).toEqual([expect.stringContaining('beyond the threshold ≤ 0.05')]);
    expect(step.errors[0]).toContain(errorRatio('bad'));
    expect(await measurements(step)).toHaveLength(1);
  });

  test('a value that goes over its threshold on the way fails at that moment', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const step = await verify({ query: `time() - ${now}`, max: 4 }, { duration: '5m' });
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('did not stay good');
    const seen = await measurements(step);
    expect(seen.length).toBeGreaterThan(1);
    expect(Number(seen.at(-1)?.value)).toBeGreaterThan(4);
    expect(Number(seen.at(-1)?.value)).toBeLessThan(7);
  });

  test.each([
    ['inconclusive', 'inconclusive', 1],
    ['fail', 'failed', 1],
    ['pass', 'succeeded', 0],
  ] as const)('no data with no-data: %s is %s', async (policy, status, exitCode) => {
    const query = 'sum(http_requests_total{app="unknown"})';
    const step = await verify({ query, min: 1, 'no-data': policy });
    expect(step.outputs.status).toBe(status);
    expect(step.exitCode).toBe(exitCode);
    expect(step.log).toContain(`the result is empty (no-data: ${policy})`);
    expect(await measurements(step)).toHaveLength(3);
  });

  test('a service without traffic has no error ratio, so nothing is proven', async () => {
    const step = await verify({ query: errorRatio('idle'), max: 0.05 });
    expect(step.outputs.status).toBe('inconclusive');
    expect(step.errors).toEqual([expect.stringContaining('the result is NaN')]);
  });

  test('infinity is compared as a number', async () => {
    expect((await verify({ query: '1 / 0', max: 10 })).outputs.status).toBe('failed');
    expect((await verify({ query: '1 / 0', min: 10 })).outputs.status).toBe('succeeded');
  });

  test('several series are an error that lists them', async () => {
    const query = 'http_requests_total{app=~"good|bad",status="500"}';
    const step = await verify({ query, max: 1 });
    expect(step.outputs.status).toBe('error');
    expect(step.errors[0]).toContain('the query gives 2 series instead of one number');
    expect(step.errors[0]).toContain('app="good"');
    expect(step.errors[0]).toContain('app="bad"');
  });

  test('a query that is not PromQL is an error before anything is measured', async () => {
    const step = await verify(
      { query: 'sum(rate(http_requests_total[1m])', max: 1 },
      { duration: '5m' },
    );
    expect(step.outputs).toMatchObject({ status: 'error', report: '' });
    expect(step.errors[0]).toMatch(/bad_data: .*1:\d+: parse error: unclosed left parenthesis/);
  });

  test('a range vector is an error that says how to make a number of it', async () => {
    const step = await verify({ query: 'http_requests_total{app="good"}[10s]', max: 1 });
    expect(step.outputs.status).toBe('error');
    expect(step.errors[0]).toContain('a range vector instead of one number');
  });

  test('a Prometheus that stops half-way is an error, and no failure of the application', async () => {
    const own = await start();
    let stopped: Promise<void> | undefined;
    const step = await verify(
      { query: 'vector(1)', min: 1 },
      { 'prometheus-url': own.url, duration: '6s' },
      (log) => {
        if (log.includes('metric: good')) stopped ??= own.stop();
      },
    );
    await stopped;
    expect(step.exitCode).toBe(1);
    expect(step.outputs.status).toBe('error');
    expect(step.errors).toEqual([expect.stringContaining('does not answer')]);
    const outcomes = (await measurements(step)).map(({ outcome }) => outcome);
    expect(outcomes[0]).toBe('succeeded');
    expect(outcomes.at(-1)).toBe('error');
  });
});
