import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Observation } from '../../packages/core/src/verify/check.ts';
import type { WebService } from '../cluster/services/prometheus.ts';
import { runStep, type StepResult } from '../contract/run-action.ts';
import {
  errorRatio,
  liveDouble,
  prometheusWith,
  rulesCheck,
  ruleText,
  surroundings,
  untilResult,
} from './verify-prometheus-fixture.ts';

const NEVER = new AbortController().signal;

const COUNTERS = [
  { app: 'good', status: '200', value: '99 * time()' },
  { app: 'good', status: '500', value: '1 * time()' },
  { app: 'bad', status: '200', value: '90 * time()' },
  { app: 'bad', status: '500', value: '10 * time()' },
];

const HIGH = `  - alert: HighErrorRate
    expr: |
      sum by (app) (rate(http_requests_total{status=~"5.."}[10s]))
        / sum by (app) (rate(http_requests_total[10s])) > 0.05
    for: 5m
`;
const DOWN = '  - alert: Down\n    expr: absent(http_requests_total)\n';
const file = (...rules: readonly string[]): string =>
  `groups:\n- name: shop\n  interval: 30s\n  rules:\n${rules.join('')}`;

let prometheus: WebService;

beforeAll(async () => {
  const alert = { alert: 'HighErrorRate', expr: `${errorRatio('bad')} > 0.05`, for: '5m' };
  const down = { alert: 'Down', expr: 'absent(http_requests_total)' };
  prometheus = await prometheusWith(ruleText(COUNTERS, [alert, down]));
  await untilResult(prometheus, `${errorRatio('good')} and ${errorRatio('bad')}`);
});

/** A step in a repository whose rules.yml is `text`. */
async function step(
  check: object,
  text?: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const workspace = await mkdtemp(join(tmpdir(), 'paal-rules-'));
  if (text !== undefined) await writeFile(join(workspace, 'rules.yml'), text);
  const checks = JSON.stringify([{ rules: check }]);
  return await runStep('verify-health', {
    workspace,
    inputs: {
      'prometheus-url': prometheus.url,
      duration: '20s',
      interval: '300ms',
      checks,
      ...inputs,
    },
  });
}

describe('a rule file', () => {
  test('has a rule that is true, which fails the step long before its alert would fire', async () => {
    const began = performance.now();
    const { outputs, errors, exitCode } = await step({ file: 'rules.yml' }, file(HIGH, DOWN));
    expect(outputs.status).toBe('failed');
    expect(exitCode).toBe(1);
    expect(errors[0]).toMatch(
      /HighErrorRate\{app="bad"\} is true with the value 0\.1, 3 times in a row, for .*; its alert would fire in 4 m \d+ s/,
    );
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test('is good where its labels name a service that is', async () => {
    const labels = { app: 'good' };
    const check = { file: 'rules.yml', labels, alerts: ['HighErrorRate'] };
    const { outputs, log } = await step(check, file(HIGH, DOWN), { duration: '1s' });
    expect(outputs.status).toBe('succeeded');
    expect(log).toContain('the rule is not true');
  });

  test('whose expression is not PromQL is refused with file and line', async () => {
    const wrong = '  - alert: Wrong\n    expr: sum(rate(x[5m])\n';
    const { outputs, errors } = await step({ file: 'rules.yml' }, file(HIGH, wrong));
    expect(outputs.status).toBe('error');
    expect(errors[0]).toMatch(/rules\.yml:11:\d+: .*parse error.*the alert Wrong/);
  });

  test('without the alert that is named suggests another one', async () => {
    const { errors } = await step({ file: 'rules.yml', alerts: ['HighErorRate'] }, file(HIGH));
    expect(errors[0]).toContain('Did you mean "HighErrorRate"?');
  });

  test('that is not there is named', async () => {
    expect((await step({ file: 'rules.yml' })).errors[0]).toContain(
      'the rule file rules.yml cannot be read',
    );
  });

  test('that asks for series nobody has says so', async () => {
    const rule = '  - alert: Nothing\n    expr: shop:errors > 0.05\n';
    const record = '  - record: shop:errors\n    expr: sum(errors)\n';
    const { log } = await step({ file: 'rules.yml' }, file(record, rule), { duration: '1s' });
    expect(log).toMatch(
      /no series shop:errors, which the rule file records.*Nothing cannot become true/,
    );
  });
});

describe('the rules of the server', () => {
  test('are asked themselves, too', async () => {
    const { outputs, errors } = await step({});
    expect(outputs.status).toBe('failed');
    expect(errors[0]).toContain('HighErrorRate{} is true with the value 0.1');
    const down = await step({ alerts: ['Down'] }, undefined, { duration: '1s' });
    expect(down.outputs.status).toBe('succeeded');
    expect((await step({ alerts: ['Dwon'] })).errors[0]).toContain('Did you mean "Down"?');
  });

  test('need a duration, which follows from what they look at', async () => {
    const probe = rulesCheck({}, surroundings(prometheus, { duration: 1_000 }));
    // 10 s of range, up to 6 % of errors: 8.3 s, and two more measurements 2 s apart.
    expect(await probe.needs?.(NEVER)).toBe(12_333);
    expect(await probe.prepare?.(NEVER)).toEqual([
      expect.stringContaining('HighErrorRate is found true for 6 % errors after 12 s'),
    ]);
  });

  async function thrice(
    more: Parameters<typeof surroundings>[1],
  ): Promise<Observation | undefined> {
    const probe = rulesCheck({ interval: '1s' }, surroundings(prometheus, more));
    const seen: Observation[] = [];
    for (let count = 0; count < 3; count += 1) seen.push(await probe.measure(NEVER));
    return seen.at(-1);
  }

  test('that were true before the release do not count', async () => {
    expect((await thrice({}))?.outcome).toBe('failed');
    await untilResult(prometheus, 'http_requests_total offset 30s');
    const asked = await thrice({ live: liveDouble([], 1_000) });
    expect(asked).toMatchObject({ outcome: 'succeeded' });
    expect(asked?.message).toContain('1 that was true before the release does not count');
    const first = await rulesCheck({}, surroundings(prometheus, { phase: 'before' })).measure(
      NEVER,
    );
    expect((await thrice({ before: () => [first.keep ?? null] }))?.outcome).toBe('succeeded');
    const all = rulesCheck(
      { 'ignore-existing': false, 'failure-limit': 0 },
      surroundings(prometheus, { live: liveDouble([], 1_000) }),
    );
    expect((await all.measure(NEVER)).outcome).toBe('failed');
  }, 120_000);
});

test('a Prometheus that does not answer is an error, and no failure of the application', async () => {
  const dead = { ...prometheus, url: 'http://127.0.0.1:1' };
  const probe = rulesCheck({}, surroundings(dead));
  expect(await probe.prepare?.(NEVER)).toEqual([]);
  expect(await probe.measure(NEVER)).toMatchObject({ outcome: 'error', retry: true });
});
