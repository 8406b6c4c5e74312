import { describe, expect, test } from '@jest/globals';
import { recordings } from './records.ts';
import { TRAP_RECORDS, WITHOUT_RECORD } from './trap-records.ts';

const TRAPS = Array.from({ length: 34 }, (_, index) => index + 1);

describe('a trap', () => {
  test.each(Object.entries(TRAP_RECORDS))('%s is in a rollout that was recorded', (_, trap) => {
    const recording = recordings().find(({ name }) => name === trap.recording);
    expect(recording && trap.shows(recording)).toBe(true);
  });

  test('has a record, or a reason why it has none', () => {
    const known = [
      ...Object.keys(TRAP_RECORDS).map(Number),
      ...Object.values(WITHOUT_RECORD).flat(),
    ];
    expect(known.sort((a, b) => a - b)).toEqual(TRAPS);
  });
});
