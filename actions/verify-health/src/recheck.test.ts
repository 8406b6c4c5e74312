import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '@paal/core/config/check-schema';
import { parseConfig } from '@paal/core/config/parse';
import type { Release } from '@paal/core/release/release';
import type { Check, Observation } from '@paal/core/verify/check';
import { checkOf } from '@paal/core/verify/check.test-data';
import * as z from 'zod';
import { asRecheck, recheckSchedule, versionAfter, withoutVersions } from './recheck.ts';

describe('how long checks are asked again after a rollback', () => {
  const schedule = (duration: number, interval: number, ...successes: (number | undefined)[]) =>
    recheckSchedule(
      { duration, interval },
      successes.map((one) => ({ successes: one })),
    );

  test.each([
    ['as long as before', 60_000, 60_000],
    ['no longer than two minutes', 600_000, 120_000],
    ['for a moment at least', 1_000, 10_000],
  ])('is %s', (_, duration, expected) => {
    expect(schedule(duration, 500, 3)).toEqual({ duration: expected, interval: 500 });
  });

  test('is long enough for the successes that a check asks for', () => {
    expect(schedule(600_000, 5_000, undefined, 60)).toEqual({ duration: 300_000, interval: 5_000 });
  });

  test('has a rhythm, also where each was asked once', () => {
    expect(schedule(0, 0, undefined)).toEqual({ duration: 10_000, interval: 2_000 });
  });
});

describe('a check after a rollback', () => {
  const check = (observation: Partial<Observation>, successes?: number): Check =>
    checkOf(
      async () => ({ outcome: 'succeeded', retry: true, value: '', message: '', ...observation }),
      { name: 'web', successes },
    );
  const { signal } = new AbortController();

  test('needs one good answer, or as many as it asks for', () => {
    expect(asRecheck(check({})).successes).toBe(1);
    expect(asRecheck(check({}, 5)).successes).toBe(5);
  });

  test('is asked again when it is bad, and not when it cannot be asked at all', async () => {
    const bad = asRecheck(check({ outcome: 'failed', retry: false }));
    expect(await bad.measure(signal)).toMatchObject({ outcome: 'failed', retry: true });
    const unusable = asRecheck(check({ outcome: 'error', retry: false }));
    expect(await unusable.measure(signal)).toMatchObject({ outcome: 'error', retry: false });
  });
});

describe('the version that must answer after a rollback', () => {
  const sources = (...versions: readonly string[]) => ({
    sources: new Map(
      versions.map((version, index) => [`deployment/${index}`, { version } as Release]),
    ),
  });

  test('is that of the release gone back to', () => {
    expect(versionAfter('v2', { version: 'v2' }, sources('v1', 'v1'))).toBe('v1');
  });

  test.each([
    ['no version was verified', undefined, 'v2', ['v1']],
    ['the ledger calls the release something else', '2.0', '0f3c1a9', ['77be02c']],
    ['workloads go back to different ones', 'v3', 'v3', ['v1', 'v2']],
    ['it was never given one', 'v2', 'v2', ['']],
  ])('is not known when %s', (_, given, failed, versions) => {
    expect(versionAfter(given, { version: failed }, sources(...versions))).toBeUndefined();
  });
});

describe('checks without a version', () => {
  const parse = (text: string) => parseConfig(text, 'checks', z.array(checkSchema));

  test('are as they were where they ask for none', () => {
    const checks = parse('- http: { url: "{{url}}" }\n- prometheus: { query: up, min: 1 }');
    expect(withoutVersions(checks, ['a', 'b'])).toEqual({ checks, leftOut: [] });
  });

  test('ask for the rest of the answer', () => {
    const checks = parse(
      '- http: { url: "{{url}}", json: { status: ok, version: "{{ version }}", "{{version}}": 1 } }',
    );
    const rest = withoutVersions(checks, ['web']);
    expect(rest.leftOut).toEqual(['the version in "web"']);
    expect(rest.checks.map(({ http }) => http?.json)).toEqual([{ status: 'ok' }]);
  });

  test('are left out where there is no asking without it', () => {
    const checks = parse(
      '- http: { url: "{{url}}/{{version}}" }\n' +
        '- prometheus: { query: "errors{version=\\"{{version}}\\"}", max: 1 }\n' +
        '- http: { url: "{{url}}" }',
    );
    const rest = withoutVersions(checks, ['path', 'errors', 'web']);
    expect(rest.leftOut).toEqual(['the check "path"', 'the check "errors"']);
    expect(rest.checks).toEqual([checks[2]]);
  });
});
