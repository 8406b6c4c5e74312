import { checkPolicy } from './check.test-data.ts';
import type { Measurement, Outcome } from './check.ts';
import type { Policy } from './judge.ts';

export const OUTCOMES: readonly Outcome[] = ['succeeded', 'inconclusive', 'error', 'failed'];
const LETTERS: Readonly<Record<string, Outcome>> = {
  g: 'succeeded',
  n: 'inconclusive',
  e: 'error',
  b: 'failed',
};

export function measurement(
  check: number,
  at: number,
  outcome: Outcome,
  retry = true,
): Measurement {
  const asked = { target: 'target', threshold: 'threshold' };
  return {
    check,
    at,
    took: 10,
    outcome,
    retry,
    value: outcome,
    message: `saw ${outcome}`,
    ...asked,
  };
}

/** One letter a second: good, no data, error, bad; a capital one cannot become good any more. */
export function seen(letters: string, check = 0): readonly Measurement[] {
  return [...letters].map((letter, second) => {
    const outcome = LETTERS[letter.toLowerCase()] ?? 'error';
    return measurement(check, second * 1_000, outcome, letter === letter.toLowerCase());
  });
}

/** A measurement each second, from 0 s to `seconds` s. */
export function policy(seconds: number, ...successes: readonly (number | undefined)[]): Policy {
  const checks = successes.map((one, index) =>
    checkPolicy({ name: `check ${index}`, successes: one }),
  );
  return { duration: seconds * 1_000, interval: 1_000, checks };
}
