import { describe, expect, test } from '@jest/globals';
import { DEFAULT_BUDGETS, failsAt, withBudgets } from './budget.ts';

const WHERE = 'The input "budgets"';

describe('the budget of a reason', () => {
  test('is as the failure policy has it', () => {
    expect(DEFAULT_BUDGETS).toMatchObject({
      ImageNotFound: { kind: 'grace', milliseconds: 5_000 },
      SecretKeyNotFound: { kind: 'grace', milliseconds: 15_000 },
      CrashLoop: { kind: 'attempts', count: 3 },
      NotReady: { kind: 'never' },
    });
  });

  test('is changed by name: time, attempts, or never', () => {
    const budgets = withBudgets(
      DEFAULT_BUDGETS,
      { ImageNotFound: '90s', CrashLoop: '5', Unschedulable: 'never' },
      WHERE,
    );
    expect(failsAt(budgets.ImageNotFound, { since: 1_000 })).toBe(91_000);
    expect(failsAt(budgets.CrashLoop, { since: 0, attempts: 4 })).toBeUndefined();
    expect(failsAt(budgets.CrashLoop, { since: 0, attempts: 5 })).toBe(0);
    expect(failsAt(budgets.Unschedulable, { since: 0 })).toBeUndefined();
    expect(budgets.OOMKilled).toEqual(DEFAULT_BUDGETS.OOMKilled);
  });

  test.each([
    [{ ImageNotFond: '5s' }, 'Did you mean "ImageNotFound"?'],
    [{ CrashLoop: '30s' }, 'CrashLoop=5, or never'],
    [{ CrashLoop: '0' }, 'CrashLoop=5, or never'],
    [{ ImageNotFound: '3' }, 'is not a duration'],
  ])('refuses %j', (changes, message) => {
    expect(() => withBudgets(DEFAULT_BUDGETS, changes, WHERE)).toThrow(message);
    expect(() => withBudgets(DEFAULT_BUDGETS, changes, WHERE)).toThrow(WHERE);
  });
});
