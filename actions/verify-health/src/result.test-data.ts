import type { Check, Measurement, Outcome } from '@paal/core/verify/check';
import { checkOf } from '@paal/core/verify/check.test-data';
import { judge } from '@paal/core/verify/judge';
import type { Result } from './result.ts';

export const SCHEDULE = { duration: 4_000, interval: 1_000 };

/** A check that is not asked: its measurements are given. */
export function check(name: string, more: Partial<Check> = {}): Check {
  const measure = () => Promise.reject(new Error('not asked'));
  return checkOf(measure, { name, target: `GET ${name}`, threshold: '≤ 1', ...more });
}

export function measured(index: number, at: number, outcome: Outcome, more = {}): Measurement {
  const texts = { value: `value ${at}`, message: `saw ${outcome}`, hint: 'Look closer.' };
  const asked = { target: 'GET it', threshold: '≤ 1' };
  return { check: index, at, took: 12, outcome, retry: true, ...texts, ...asked, ...more };
}

/** Measurements of these numbers, one each second until the end of the schedule. */
export function numbers(
  index: number,
  values: readonly number[],
  outcome: Outcome = 'succeeded',
): readonly Measurement[] {
  return values.map((number, second) => measured(index, second * 1_000, outcome, { number }));
}

export function result(
  checks: readonly Check[],
  measurements: readonly Measurement[],
  more: Partial<Result> = {},
): Result {
  return {
    checks,
    schedule: SCHEDULE,
    measurements,
    verdict: judge(measurements, { ...SCHEDULE, checks }),
    startedAt: new Date('2026-01-02T03:04:05Z'),
    elapsed: 4_000,
    cancelled: false,
    ...more,
  };
}
