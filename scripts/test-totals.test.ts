import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from './repository.ts';
import { closingLines, NOTHING, sum, type Totals, totalsOf, verdict } from './test-totals.ts';

type Status = 'passed' | 'failed' | 'pending' | 'todo';

/** A file in jest's report; `status` is jest's own word for the whole of it. */
function file(name: string, status: 'passed' | 'failed', ...tests: readonly Status[]) {
  return {
    name: join(repositoryRoot, name),
    status,
    assertionResults: tests.map((one, index) => ({ status: one, fullName: `${one} ${index}` })),
  };
}

function totals(some: Partial<Totals>): Totals {
  return { ...NOTHING, ...some };
}

describe('summing what jest reports', () => {
  test('tests count by what became of them, and the skipped keep their names', () => {
    const report = {
      testResults: [
        file('a.test.ts', 'failed', 'passed', 'failed', 'pending'),
        file('b.test.ts', 'passed', 'passed', 'todo'),
      ],
    };
    expect(totalsOf(report, ['a.test.ts', 'b.test.ts'])).toEqual({
      passed: 2,
      failed: 1,
      skipped: ['pending 2', 'todo 1'],
      broken: [],
    });
  });

  test('a file that did not load counts as failed', () => {
    const report = { testResults: [file('a.test.ts', 'failed')] };
    expect(totalsOf(report, ['a.test.ts'])).toMatchObject({ failed: 1, broken: ['a.test.ts'] });
  });

  test('a file whose tests passed and whose clean-up failed counts as failed', () => {
    const report = { testResults: [file('a.test.ts', 'failed', 'passed')] };
    expect(totalsOf(report, ['a.test.ts'])).toMatchObject({
      passed: 1,
      failed: 1,
      broken: ['a.test.ts'],
    });
  });

  test('a file that is not in the report counts as failed', () => {
    const report = { testResults: [file('a.test.ts', 'passed', 'passed')] };
    expect(totalsOf(report, ['a.test.ts', 'b.test.ts'])).toMatchObject({
      failed: 1,
      broken: ['b.test.ts'],
    });
  });

  test('suites add up', () => {
    const one = { passed: 2, failed: 1, skipped: ['x'], broken: ['a'] };
    const two = { passed: 3, failed: 2, skipped: ['y'], broken: ['b'] };
    expect(sum([one, two])).toEqual({
      passed: 5,
      failed: 3,
      skipped: ['x', 'y'],
      broken: ['a', 'b'],
    });
  });
});

describe('the verdict', () => {
  test('is good when tests passed, and none failed or was skipped', () => {
    expect(verdict(totals({ passed: 1 }), true)).toBe(0);
    expect(verdict(totals({ passed: 9, failed: 1 }), true)).toBe(1);
  });

  test('is bad when nothing ran', () => {
    expect(verdict(NOTHING, false)).toBe(1);
  });

  test('is bad for a skipped test where everything can run, and there only', () => {
    expect(verdict(totals({ passed: 9, skipped: ['x'] }), true)).toBe(1);
    expect(verdict(totals({ passed: 9, skipped: ['x'] }), false)).toBe(0);
    expect(verdict(totals({ skipped: ['x'] }), false)).toBe(0);
    expect(verdict(totals({ failed: 1, skipped: ['x'] }), false)).toBe(1);
  });
});

describe('the closing lines', () => {
  test('end with the numbers, whatever went before', () => {
    const all = totals({ passed: 3, failed: 1, skipped: ['x'], broken: ['a.test.ts'] });
    for (const everythingCanRun of [true, false]) {
      expect(closingLines(all, everythingCanRun).at(-1)).toBe('3 passed, 1 failed');
    }
    expect(closingLines(totals({ passed: 3 }), true)).toEqual(['', '3 passed, 0 failed']);
  });

  test('name the skipped tests and the broken files', () => {
    const all = totals({ passed: 3, failed: 1, skipped: ['it rolls out'], broken: ['a.test.ts'] });
    const lines = closingLines(all, false).join('\n');
    expect(lines).toContain('Skipped:\n  it rolls out');
    expect(lines).toContain('Failed outside of tests:\n  a.test.ts');
    expect(closingLines(all, true).join('\n')).toContain('although everything can run here');
  });
});
