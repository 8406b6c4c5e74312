import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkPolicy } from './check.test-data.ts';
import { type Measurement, type Outcome, worst } from './check.ts';
import { type CheckPolicy, judge, type Policy } from './judge.ts';

const OUTCOMES: readonly Outcome[] = ['succeeded', 'inconclusive', 'error', 'failed'];
const LETTERS: Readonly<Record<string, Outcome>> = {
  g: 'succeeded',
  n: 'inconclusive',
  e: 'error',
  b: 'failed',
};

function measurement(check: number, at: number, outcome: Outcome, retry = true): Measurement {
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
function seen(letters: string, check = 0): readonly Measurement[] {
  return [...letters].map((letter, second) => {
    const outcome = LETTERS[letter.toLowerCase()] ?? 'error';
    return measurement(check, second * 1_000, outcome, letter === letter.toLowerCase());
  });
}

/** A measurement each second, from 0 s to `seconds` s. */
function policy(seconds: number, ...successes: readonly (number | undefined)[]): Policy {
  const checks = successes.map((one, index) =>
    checkPolicy({ name: `check ${index}`, successes: one }),
  );
  return { duration: seconds * 1_000, interval: 1_000, checks };
}

describe('a check with successes', () => {
  test.each([
    { letters: 'ggg', status: 'succeeded', decided: true, because: 'it has them' },
    { letters: 'bbggg', status: 'succeeded', decided: true, because: 'it has them at last' },
    { letters: 'ggbggg', status: 'succeeded', decided: true, because: 'the row begins anew' },
    { letters: 'gg', status: 'inconclusive', decided: false, because: 'it may still get them' },
    { letters: 'gbgbgbggb', status: 'failed', decided: true, because: 'three do not fit any more' },
    { letters: 'bbbbbbbbb', status: 'failed', decided: true, because: 'three do not fit any more' },
    { letters: 'bbbbbbbb', status: 'inconclusive', decided: false, because: 'three still fit' },
    { letters: 'bbbbbbbbgg', status: 'inconclusive', decided: false, because: 'one more fits' },
    {
      letters: 'bbbbbbbbggg',
      status: 'succeeded',
      decided: true,
      because: 'it has them in the end',
    },
    { letters: 'eeeeeeeee', status: 'error', decided: true, because: 'nothing was learned' },
    { letters: 'eeeebeeee', status: 'failed', decided: true, because: 'errors hide no failure' },
    { letters: 'nnnnnnnnn', status: 'inconclusive', decided: true, because: 'nothing was learned' },
    { letters: 'gE', status: 'error', decided: true, because: 'asking again is pointless' },
  ])('$letters is $status: $because', ({ letters, status, decided }) => {
    const verdict = judge(seen(letters), policy(10, 3));
    expect(verdict).toMatchObject({ status, decided });
  });

  test('only good answers, but too slow to be enough, prove nothing', () => {
    const slow = [0, 4_000, 8_000].map((at) => ({
      ...measurement(0, at, 'succeeded'),
      took: 4_000,
    }));
    const verdict = judge(slow, policy(10, 5));
    expect(verdict).toMatchObject({ status: 'inconclusive', decided: true });
    expect(verdict.checks[0]?.reason).toContain('too slowly');
  });

  test('what comes after the decision changes nothing', () => {
    expect(judge(seen('gggbbb'), policy(10, 3)).status).toBe('succeeded');
  });
});

describe('a check that must stay good', () => {
  test.each([
    { letters: 'gggg', status: 'inconclusive', decided: false, because: 'the end is not reached' },
    { letters: 'ggggg', status: 'succeeded', decided: true, because: 'it stayed good' },
    { letters: 'bbggg', status: 'succeeded', decided: true, because: 'a service needs a moment' },
    { letters: 'ggb', status: 'failed', decided: true, because: 'it did not stay good' },
    { letters: 'gB', status: 'failed', decided: true, because: 'it did not stay good' },
    { letters: 'B', status: 'failed', decided: true, because: 'it cannot become good' },
    { letters: 'bbbb', status: 'inconclusive', decided: false, because: 'it may become good' },
    { letters: 'bbbbb', status: 'failed', decided: true, because: 'it never became good' },
    {
      letters: 'bbbbg',
      status: 'inconclusive',
      decided: true,
      because: 'good once is not staying',
    },
    { letters: 'eeeeg', status: 'error', decided: true, because: 'most was not seen' },
    { letters: 'nnnng', status: 'inconclusive', decided: true, because: 'most was not seen' },
    { letters: 'bbbge', status: 'error', decided: true, because: 'the end was not seen' },
    { letters: 'geegg', status: 'succeeded', decided: true, because: 'an outage passed' },
    { letters: 'geeeg', status: 'error', decided: true, because: 'most was not seen' },
    { letters: 'ggeee', status: 'error', decided: true, because: 'the end was not seen' },
    { letters: 'ggnen', status: 'error', decided: true, because: 'the worse is not hidden' },
    { letters: 'ggggn', status: 'inconclusive', decided: true, because: 'the end was not seen' },
    { letters: 'nnnnn', status: 'inconclusive', decided: true, because: 'there was no data' },
    { letters: 'nneee', status: 'error', decided: true, because: 'the worse is not hidden' },
    { letters: 'beeee', status: 'failed', decided: true, because: 'errors hide no failure' },
    { letters: 'E', status: 'error', decided: true, because: 'asking again is pointless' },
    { letters: 'bE', status: 'failed', decided: true, because: 'errors hide no failure' },
    { letters: 'bgE', status: 'error', decided: true, because: 'what was bad became good' },
  ])('$letters is $status: $because', ({ letters, status, decided }) => {
    expect(judge(seen(letters), policy(4, undefined))).toMatchObject({ status, decided });
  });

  test('with a duration of 0 one measurement decides', () => {
    expect(judge(seen('g'), policy(0, undefined))).toMatchObject({
      status: 'succeeded',
      decided: true,
    });
    expect(judge(seen('b'), policy(0, undefined))).toMatchObject({ status: 'failed' });
  });
});

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

describe('the whole', () => {
  const two = policy(4, 1, undefined);

  test('is decided by the first failed check, and says that the other is not', () => {
    const verdict = judge([...seen('g', 0).slice(0, 0), ...seen('B', 1)], two);
    expect(verdict).toMatchObject({ status: 'failed', decided: true });
    expect(verdict.checks[0]).toMatchObject({
      status: 'inconclusive',
      decided: false,
      reason: 'never measured',
    });
  });

  test('waits for the other checks when one ends in an error', () => {
    expect(judge(seen('E', 1), two)).toMatchObject({ status: 'error', decided: false });
    expect(judge([...seen('E', 1), ...seen('bbbbb', 0)], two)).toMatchObject({
      status: 'failed',
      decided: true,
    });
  });

  test('is not succeeded while one check is not decided', () => {
    expect(judge(seen('g', 0), two)).toMatchObject({ status: 'inconclusive', decided: false });
  });

  test('without checks or measurements is never succeeded', () => {
    expect(judge([], policy(4)).status).toBe('inconclusive');
    expect(judge([], two)).toMatchObject({ status: 'inconclusive', decided: false });
  });

  test('a failure outranks an error, an error no data, no data success', () => {
    expect(worst(['error', 'failed', 'inconclusive'])).toBe('failed');
    expect(worst(['succeeded', 'error', 'inconclusive'])).toBe('error');
    expect(worst(['succeeded', 'inconclusive'])).toBe('inconclusive');
    expect(worst([])).toBeUndefined();
  });
});

describe('whatever is measured, in whatever order', () => {
  const policies = fc.record({
    duration: fc.integer({ min: 0, max: 20_000 }),
    interval: fc.integer({ min: 1, max: 5_000 }),
    checks: fc.array(
      fc
        .record({
          successes: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
          failureLimit: fc.constantFrom(0, 0, 2, Infinity),
          errorLimit: fc.constantFrom(Infinity, Infinity, 0, 2),
          warmsUp: fc.boolean(),
          reportOnly: fc.boolean(),
          interval: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
        })
        .map(checkPolicy),
      { minLength: 1, maxLength: 3 },
    ),
  });
  const measurements = fc.array(
    fc
      .record({
        check: fc.integer({ min: 0, max: 2 }),
        at: fc.integer({ min: 0, max: 25_000 }),
        outcome: fc.constantFrom(...OUTCOMES),
        retry: fc.boolean(),
      })
      .map(({ check, at, outcome, retry }) => measurement(check, at, outcome, retry)),
    { maxLength: 30 },
  );

  test('nothing succeeds without a good measurement of every check', () => {
    fc.assert(
      fc.property(policies, measurements, (given, made) => {
        if (judge(made, given).status !== 'succeeded') return;
        given.checks.forEach(({ reportOnly }, index) => {
          if (reportOnly) return;
          expect(
            made.some(({ check, outcome }) => check === index && outcome === 'succeeded'),
          ).toBe(true);
        });
      }),
      { numRuns: 5_000 },
    );
  });

  test('a decided check keeps its status when more is measured', () => {
    fc.assert(
      fc.property(policies, measurements, measurements, (given, made, more) => {
        const before = judge(made, given).checks;
        const after = judge([...made, ...more], given).checks;
        before.forEach((check, index) => {
          if (check.decided) expect(after[index]).toEqual(check);
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('a failed check is never hidden, and fails the whole at once', () => {
    fc.assert(
      fc.property(policies, measurements, (given, made) => {
        const verdict = judge(made, given);
        const failed = verdict.checks.some(
          ({ status, reportOnly }) => status === 'failed' && !reportOnly,
        );
        expect(verdict.status === 'failed').toBe(failed);
        if (failed) expect(verdict.decided).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('only good measurements never fail, and only bad ones never succeed', () => {
    fc.assert(
      fc.property(policies, measurements, (given, made) => {
        const good = made.map((one): Measurement => ({ ...one, outcome: 'succeeded' }));
        expect(['succeeded', 'inconclusive']).toContain(judge(good, given).status);
        const bad = made.map((one): Measurement => ({ ...one, outcome: 'failed' }));
        expect(['failed', 'inconclusive']).toContain(judge(bad, given).status);
      }),
      { numRuns: 2_000 },
    );
  });
});
