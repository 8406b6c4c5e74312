import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '@paal/core/verify/check';
import { followUp, isExcused } from './follow-up.ts';

const ROLLBACK = {
  onFailure: 'rollback',
  rollbackOn: 'app',
  onInconclusive: 'fail',
  onError: 'fail',
} as const;

type Reactions = Parameters<typeof followUp>[1];

function after(status: Outcome, reactions: Partial<Reactions> = {}, cancelled = false): string {
  const next = followUp({ verdict: { status }, cancelled }, { ...ROLLBACK, ...reactions });
  return next.what === 'nothing' ? next.because : next.what;
}

describe('what follows a verification', () => {
  test.each<[Outcome, string]>([
    ['succeeded', 'mark'],
    ['failed', 'roll-back'],
    ['inconclusive', 'nothing was found that speaks against the release'],
    ['error', 'nothing was found that speaks against the release'],
  ])('that %s is: %s', (status, next) => {
    expect(after(status)).toBe(next);
  });

  test.each<[Outcome, string]>([
    ['succeeded', 'mark'],
    ['failed', 'roll-back'],
    ['inconclusive', 'roll-back'],
    ['error', 'roll-back'],
  ])('that %s is, with rollback-on any: %s', (status, next) => {
    expect(after(status, { rollbackOn: 'any' })).toBe(next);
  });

  test.each<Outcome>(['failed', 'inconclusive', 'error'])(
    'that %s is no rollback with on-failure none, whatever else is said',
    (status) => {
      const none: Partial<Reactions> = { onFailure: 'none', rollbackOn: 'any' };
      expect(after(status, none)).toBe('on-failure is none');
    },
  );

  test('that says nothing is a rollback where on-inconclusive says so, and an error is not', () => {
    expect(after('inconclusive', { onInconclusive: 'rollback' })).toBe('roll-back');
    expect(after('error', { onInconclusive: 'rollback' })).not.toBe('roll-back');
  });

  test('that the step passes in spite of is no rollback, also with rollback-on any', () => {
    const lenient = { onInconclusive: 'pass', onError: 'pass', rollbackOn: 'any' } as const;
    expect(after('inconclusive', lenient)).toBe('on-inconclusive is pass');
    expect(after('error', lenient)).toBe('on-error is pass');
    expect(after('failed', lenient)).toBe('roll-back');
  });

  test.each<Outcome>(['succeeded', 'failed', 'inconclusive', 'error'])(
    'that was cancelled is nothing, although it %s',
    (status) => {
      expect(after(status, { rollbackOn: 'any' }, true)).toBe('the run was cancelled');
    },
  );
});

test('a step is excused by the input for its own status alone', () => {
  const excused = (status: Outcome, reactions: Partial<Reactions>): boolean =>
    isExcused({ verdict: { status }, cancelled: false }, { ...ROLLBACK, ...reactions });
  expect(excused('inconclusive', { onInconclusive: 'pass' })).toBe(true);
  expect(excused('error', { onInconclusive: 'pass' })).toBe(false);
  expect(excused('error', { onError: 'pass' })).toBe(true);
  expect(excused('failed', { onInconclusive: 'pass', onError: 'pass' })).toBe(false);
  expect(excused('inconclusive', { onInconclusive: 'rollback' })).toBe(false);
});
