import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../check.ts';
import type { AlertRule } from './rule.ts';
import { judgeRules, type Memory, remember, truthsOf, withIds } from './truth.ts';

const rule = (name: string, more: Partial<AlertRule> = {}): AlertRule => ({
  name,
  expression: 'up == 0',
  labels: {},
  for: 300_000,
  interval: 30_000,
  ...more,
});

const [high, down] = withIds([rule('HighErrorRate'), rule('Down', { for: 0 })]);
if (!high || !down) throw new Error('no rules');

const LIMIT = 2;

/** What measurements 10 s apart come to, in each of which `true` series of HighErrorRate are listed. */
function follow(
  measurements: readonly (readonly string[] | 'unanswered')[],
  before: readonly string[] = [],
): readonly Observation[] {
  const keys = before.map(
    (namespace) => truthsOf(high as never, [series(namespace)])[0]?.key ?? '',
  );
  let memory: Memory = { rows: new Map(), existing: new Set(keys) };
  return measurements.map((seen, index) => {
    const unanswered = seen === 'unanswered';
    const truths = unanswered ? [] : truthsOf(high as never, seen.map(series));
    const answered = unanswered ? [down as never] : [high as never, down as never];
    const now = index * 10_000;
    memory = remember(memory, { truths, answered }, now);
    return judgeRules({ truths, answered }, { memory, now, limit: LIMIT });
  });
}

function series(namespace: string) {
  return { name: '', labels: { namespace }, values: ['0.1'] };
}

const outcomes = (seen: readonly Observation[]): readonly string[] =>
  seen.map(({ outcome }) => outcome);

describe('a rule that is true', () => {
  test('fails only when it was so more often in a row than is allowed', () => {
    expect(outcomes(follow([['a'], ['a'], ['a']]))).toEqual([
      'inconclusive',
      'inconclusive',
      'failed',
    ]);
    expect(outcomes(follow([['a'], ['a'], [], ['a'], ['a']]))).not.toContain('failed');
    expect(outcomes(follow([['a'], ['b'], ['c']]))).not.toContain('failed');
  });

  test('is told with its value, since when, and when its alert would fire', () => {
    const [first, , third] = follow([['a'], ['a'], ['a']]);
    expect(first?.message).toBe(
      'HighErrorRate{namespace="a"} is true with the value 0.1, for the first time; its alert would fire in 5 m; it fails the check after 3 times in a row',
    );
    expect(third?.message).toBe(
      'HighErrorRate{namespace="a"} is true with the value 0.1, 3 times in a row, for 20 s; its alert would fire in 4 m 40 s',
    );
    const immediate = truthsOf(down, [series('a')]);
    const memory = remember(
      { rows: new Map(), existing: new Set() },
      { truths: immediate, answered: [down] },
      0,
    );
    expect(
      judgeRules({ truths: immediate, answered: [down] }, { memory, now: 0, limit: 2 }).message,
    ).toContain('its alert fires, or is about to');
  });

  test('since before the release does not count until it was false once', () => {
    const seen = follow([['a'], ['a'], ['a'], ['a']], ['a']);
    expect(new Set(outcomes(seen))).toEqual(new Set(['succeeded']));
    expect(seen[0]?.message).toContain('1 that was true before the release does not count');
    expect(outcomes(follow([['a'], [], ['a'], ['a'], ['a']], ['a']))).toEqual([
      'succeeded',
      'succeeded',
      'inconclusive',
      'inconclusive',
      'failed',
    ]);
  });

  test('counts when another one was true before the release', () => {
    expect(
      outcomes(
        follow(
          [
            ['a', 'b'],
            ['a', 'b'],
            ['a', 'b'],
          ],
          ['a'],
        ),
      ).at(-1),
    ).toBe('failed');
  });

  test('is not forgotten while the server does not answer', () => {
    expect(outcomes(follow([['a'], ['a'], 'unanswered', ['a']])).at(-1)).toBe('failed');
    expect(outcomes(follow(['unanswered', ['a']], ['a'])).at(-1)).toBe('succeeded');
  });

  test('is told from another one of the same name', () => {
    const [one, other] = withIds([rule('Same'), rule('Same')]);
    const keys = [one, other].map((own) => truthsOf(own as never, [series('a')])[0]?.key);
    expect(new Set(keys).size).toBe(2);
  });

  test('fails exactly when it was so in more measurements in a row than is allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (all) => {
        const seen = outcomes(follow(all.map((one) => (one ? ['a'] : []))));
        let row = 0;
        const expected = all.map((one) => {
          row = one ? row + 1 : 0;
          return row === 0 ? 'succeeded' : row > LIMIT ? 'failed' : 'inconclusive';
        });
        expect(seen).toEqual(expected);
      }),
    );
  });
});
