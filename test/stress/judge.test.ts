import { describe, expect, test } from '@jest/globals';
import type { StressEvent } from './events.ts';
import { judge } from './judge.ts';

function statement(fence: number, ensured: number, done: number, heldUntil: number): StressEvent {
  const asked = ensured - 1;
  return { what: 'statement', fence, migration: 'a', index: 0, asked, ensured, heldUntil, done };
}

const judged = (...events: StressEvent[]) => judge([{ run: 'run', events }]);

describe('the judge of a round', () => {
  test('finds nothing where one run follows the other', () => {
    const { violations, overruns, statements } = judged(
      statement(1, 10, 12, 100),
      { what: 'over', fence: 1, at: 15 },
      statement(2, 20, 22, 110),
    );
    expect({ violations, overruns, statements }).toEqual({
      violations: [],
      overruns: 0,
      statements: 2,
    });
  });

  test('finds two that were promised the lease for the same time', () => {
    const { violations } = judged(statement(1, 10, 12, 100), statement(2, 20, 22, 110));
    expect(violations).toEqual(['a.0 under fence 1 and a.0 under fence 2 were both promised']);
  });

  test('finds a run that goes on after another has begun', () => {
    const { violations } = judged(statement(1, 50, 52, 140), statement(2, 20, 22, 110));
    expect(violations).toEqual(
      expect.arrayContaining(['a.0 under fence 1 passed ensureHeld after a.0 under fence 2 had']),
    );
  });

  test('only counts what was done after the end of what was promised', () => {
    const { violations, overruns } = judged(
      statement(1, 10, 300, 100),
      statement(2, 200, 202, 290),
    );
    expect({ violations, overruns }).toEqual({ violations: [], overruns: 1 });
  });

  test('finds a fence that was given twice, and a migration that was recorded twice', () => {
    const acquired: StressEvent = { what: 'acquired', fence: 1, at: 0 };
    const recorded: StressEvent = { what: 'recorded', fence: 1, migration: 'a' };
    expect(judged(acquired, acquired, recorded, recorded).violations).toEqual([
      'a fence was given twice: 1, 1',
      'a was recorded 2 times',
    ]);
  });
});
