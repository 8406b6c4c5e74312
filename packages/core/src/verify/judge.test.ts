import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkPolicy } from './check.test-data.ts';
import { type Measurement, worst } from './check.ts';
import { measurement, OUTCOMES, policy, seen } from './judge.test-data.ts';
import { judge } from './judge.ts';

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
