import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../check.ts';
import {
  baselineOfKept,
  type Changes,
  changeOf,
  judgeChange,
  limitsOf,
  median,
} from './baseline.ts';

const good = (value: number): Observation => ({
  outcome: 'succeeded',
  retry: true,
  value: String(value),
  message: `the value ${value}`,
});

const up = (written: Parameters<typeof changeOf>[0]): Changes => ({
  increase: changeOf(written),
  decrease: undefined,
});

interface Case {
  readonly before: number;
  readonly now: number;
  readonly changes: Changes;
  readonly counts?: readonly [number, number, number, number];
}

function judge({ before, now, changes, counts }: Case): Observation {
  const [h0 = 0, n0 = 0, h1 = 0, n1 = 0] = counts ?? [];
  return judgeChange(
    good(now),
    { value: now, counted: counts && { hits: h1, total: n1 } },
    {
      value: before,
      counted: counts && { hits: h0, total: n0 },
      origin: 'before the release',
    },
    changes,
  );
}

describe('a value beside its baseline', () => {
  test.each([
    [{ before: 100, now: 120, changes: up('20%') }, 'succeeded'],
    [{ before: 100, now: 121, changes: up('20%') }, 'failed'],
    [{ before: 100, now: 121, changes: up(30) }, 'succeeded'],
    [{ before: 100, now: 131, changes: up(30) }, 'failed'],
    [{ before: 100, now: 125, changes: up(['20%', 30]) }, 'succeeded'],
    [{ before: 100, now: 131, changes: up(['20%', 30]) }, 'failed'],
    [{ before: 1_000, now: 1_100, changes: up([30, '20%']) }, 'succeeded'],
    [{ before: 100, now: 1, changes: up('20%') }, 'succeeded'],
    [
      { before: 100, now: 79, changes: { increase: undefined, decrease: changeOf('20%') } },
      'failed',
    ],
    [
      { before: 100, now: 80, changes: { increase: undefined, decrease: changeOf('20%') } },
      'succeeded',
    ],
    [{ before: -10, now: -9, changes: up('20%') }, 'succeeded'],
    [{ before: -10, now: -7, changes: up('20%') }, 'failed'],
  ] as const)('of %j is %s', (given, outcome) => {
    expect(judge(given).outcome).toBe(outcome);
  });

  test('of nothing has risen without end, unless an absolute limit decides (kayenta#799)', () => {
    expect(judge({ before: 0, now: 0.01, changes: up('20%') }).outcome).toBe('failed');
    expect(judge({ before: 0, now: 0.01, changes: up(['20%', 0.02]) }).outcome).toBe('succeeded');
    expect(judge({ before: 0, now: 0.03, changes: up(['20%', 0.02]) }).outcome).toBe('failed');
    expect(judge({ before: 0, now: 0, changes: up('20%') }).outcome).toBe('succeeded');
  });

  test('that has risen by what may be chance is good, and shows the numbers', () => {
    const seen = judge({ before: 0, now: 0.05, changes: up('20%'), counts: [0, 20, 1, 20] });
    expect(seen.outcome).toBe('succeeded');
    expect(seen.message).toContain('which may be chance: 0 of 20 then, 1 of 20 now, z = 1.0');
  });

  test('that has risen by more than chance fails, with what was, what is allowed and the numbers', () => {
    const seen = judge({ before: 0, now: 0.05, changes: up('20%'), counts: [0, 400, 20, 400] });
    expect(seen.outcome).toBe('failed');
    expect(seen.message).toMatch(
      /^the value 0.05 is too high beside what was: before the release it was 0 \(from nothing, allowed is ≤ 0\); no chance: 0 of 400 then, 20 of 400 now, z = 4\.\d+, one-sided at 1 %$/,
    );
  });

  test('that has fallen is compared the other way round', () => {
    const changes = { increase: undefined, decrease: changeOf('1%') };
    const few = judge({ before: 1, now: 0.9, changes, counts: [10, 10, 9, 10] });
    const many = judge({ before: 1, now: 0.9, changes, counts: [1_000, 1_000, 900, 1_000] });
    expect([few.outcome, many.outcome]).toEqual(['succeeded', 'failed']);
    expect(many.message).toContain('too low');
  });

  test('is good exactly within the limits that the baseline makes', () => {
    const percent = fc.integer({ min: 0, max: 300 }).map((number) => `${number}%`);
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        percent,
        amount,
        (before, now, relative, absolute) => {
          const changes = up([relative, absolute]);
          const { max = 0 } = limitsOf(before, changes);
          const failed = judge({ before, now, changes }).outcome === 'failed';
          expect(failed).toBe(now > max);
          // Both must be exceeded: either alone is at least as strict.
          for (const one of [relative, absolute]) {
            if (failed) expect(judge({ before, now, changes: up(one) }).outcome).toBe('failed');
          }
        },
      ),
    );
  });
});

describe('what was kept before', () => {
  test('is its median, so that one odd measurement decides nothing', () => {
    expect(median([])).toBeUndefined();
    expect(median([3])).toBe(3);
    expect(median([1, 100, 2])).toBe(2);
    expect(median([1, 2, 3, 100])).toBe(2.5);
  });

  test('is numbers, or numbers with counts; anything else is passed over', () => {
    const kept = [0.1, { value: 0.3, hits: 3, total: 10 }, 'x', null, { value: 0.2 }];
    expect(baselineOfKept(kept, 'then')).toEqual({
      value: 0.2,
      counted: { hits: 3, total: 10 },
      origin: 'then',
    });
    expect(baselineOfKept(['x'], 'then')).toBeUndefined();
  });
});
