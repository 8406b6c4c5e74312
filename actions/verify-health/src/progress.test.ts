import { describe, expect, test } from '@jest/globals';
import type { Measurement, Outcome } from '@paal/core/verify/check';
import { checkPolicy } from '@paal/core/verify/check.test-data';
import { judge, type Policy } from '@paal/core/verify/judge';
import { Progress } from './progress.ts';

const POLICY: Policy = {
  duration: 60_000,
  interval: 1_000,
  checks: [checkPolicy({ name: 'health' })],
};

interface Seen {
  readonly outcome: Outcome;
  readonly value?: string;
  readonly warnings?: readonly string[];
}

/** The lines that measurements, one each second, lead to. */
function lines(seen: readonly Seen[]): readonly string[] {
  const printed: string[] = [];
  const progress = new Progress(POLICY.duration, (line) => printed.push(line));
  const measurements: Measurement[] = [];
  seen.forEach((one, second) => {
    const value = one.value ?? 'v';
    const measurement: Measurement = {
      check: 0,
      at: second * 1_000,
      took: 0,
      retry: true,
      message: `saw ${value}`,
      target: 'target',
      threshold: 'threshold',
      ...one,
      value,
    };
    measurements.push(measurement);
    progress.report(measurement, judge(measurements, POLICY));
  });
  return printed;
}

const good = (count: number): readonly Seen[] =>
  Array.from({ length: count }, (_, index) => ({ outcome: 'succeeded', value: `${index}` }));

describe('the log', () => {
  test('has a line for the first measurement and none for the same again', () => {
    expect(lines(good(5))).toEqual(['0 s  health: good: saw 0']);
  });

  test('has a line whenever something else is wrong', () => {
    const bad = (value: string): Seen => ({ outcome: 'failed', value });
    expect(lines([bad('refused'), bad('refused'), bad('503'), ...good(2)])).toEqual([
      '0 s  health: bad: saw refused',
      '2 s  health: bad: saw 503',
      '3 s  health: good: saw 0',
    ]);
  });

  test('has a line every 15 s while nothing changes', () => {
    expect(lines(good(40))).toEqual([
      '0 s  health: good: saw 0',
      '15 s of 1 m: 0 of 1 checks decided; health: good: saw 15',
      '30 s of 1 m: 0 of 1 checks decided; health: good: saw 30',
    ]);
  });

  test('has the verdict of a check', () => {
    expect(lines([...good(2), { outcome: 'failed' }]).at(-1)).toBe(
      '2 s  health: failed: did not stay good; saw v',
    );
  });

  test('has each remark of the provider once', () => {
    const remarked: Seen = { outcome: 'succeeded', warnings: ['a store is down'] };
    expect(lines([remarked, remarked, remarked])).toEqual([
      '0 s  health: good: saw v',
      '0 s  health: remark: a store is down',
    ]);
  });
});
