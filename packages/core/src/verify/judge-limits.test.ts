import { describe, expect, test } from '@jest/globals';
import { checkPolicy } from './check.test-data.ts';
import type { Measurement } from './check.ts';
import { measurement, policy, seen } from './judge.test-data.ts';
import { type CheckPolicy, judge, type Policy } from './judge.ts';

/** A check of its own that must stay good for four seconds. */
function one(more: Partial<CheckPolicy>): Policy {
  return { ...policy(4), checks: [checkPolicy(more)] };
}

describe('a check with limits', () => {
  test.each([
    { letters: 'gbgbg', limit: 2, status: 'succeeded', because: 'two failures are tolerated' },
    { letters: 'gbbb', limit: 2, status: 'failed', because: 'three are not' },
    { letters: 'gggbb', limit: 2, status: 'succeeded', because: 'two at the end are tolerated' },
    { letters: 'bbbgg', limit: 0, status: 'inconclusive', because: 'it became good too late' },
    { letters: 'gbbbb', limit: 9, status: 'inconclusive', because: 'most of it was bad' },
  ])('$letters with failure-limit $limit is $status: $because', ({ letters, limit, status }) => {
    expect(judge(seen(letters), one({ failureLimit: limit }))).toMatchObject({
      status,
      decided: true,
    });
  });

  test('that needs no start fails at its first failure', () => {
    expect(judge(seen('b'), one({ warmsUp: false }))).toMatchObject({
      status: 'failed',
      decided: true,
    });
    expect(judge(seen('b'), one({ warmsUp: false, failureLimit: 1 })).decided).toBe(false);
    expect(judge(seen('bb'), one({ warmsUp: false, failureLimit: 1 })).checks[0]).toMatchObject({
      status: 'failed',
      reason: 'failed 2 times, tolerated 1; saw failed',
    });
  });

  test('that needs no start waits for an answer that may be that of one, until something was good', () => {
    const strict = one({ warmsUp: false });
    const starting = (letters: string): readonly Measurement[] =>
      seen(letters).map((each) => (each.outcome === 'failed' ? { ...each, warmsUp: true } : each));
    expect(judge(starting('bb'), strict).decided).toBe(false);
    expect(judge(starting('bgb'), strict)).toMatchObject({ status: 'failed', decided: true });
  });

  test('ends in an error after more of them in a row than are tolerated', () => {
    const two = one({ errorLimit: 2 });
    expect(judge(seen('geege'), two)).toMatchObject({ status: 'error', decided: true });
    expect(judge(seen('geeg'), two).decided).toBe(false);
    const verdict = judge(seen('eee'), two);
    expect(verdict).toMatchObject({ status: 'error', decided: true });
    expect(verdict.checks[0]?.reason).toBe('3 errors in a row; saw error');
    expect(judge(seen('e'), one({ errorLimit: 0 })).decided).toBe(true);
  });

  test('is measured in its own interval, by which its successes fit or do not', () => {
    const slow = one({ successes: 2, interval: 3_000 });
    const at = [0, 3_000].map((start) => measurement(0, start, 'failed'));
    expect(judge(at.slice(0, 1), slow).decided).toBe(false);
    expect(judge(at, slow)).toMatchObject({ status: 'failed', decided: true });
  });
});

describe('a check that is report-only', () => {
  const both = {
    ...policy(4),
    checks: [checkPolicy({ successes: 1 }), checkPolicy({ reportOnly: true })],
  };

  test('is told, and decides nothing', () => {
    const verdict = judge([...seen('g', 0), ...seen('gb', 1)], both);
    expect(verdict).toMatchObject({ status: 'succeeded', decided: true });
    expect(verdict.checks[1]).toMatchObject({ status: 'failed', reportOnly: true });
  });

  test('is not waited for', () => {
    const verdict = judge([...seen('g', 0), ...seen('g', 1)], both);
    expect(verdict).toMatchObject({ status: 'succeeded', decided: true });
    expect(verdict.checks[1]?.decided).toBe(false);
  });
});
