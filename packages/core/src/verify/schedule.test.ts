import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkPolicy } from './check.test-data.ts';
import { measurementsFrom, nextStart, planSchedule, type Schedule } from './schedule.ts';

const once = checkPolicy({ successes: 1 });

/** The starts of all measurements, when each takes `took`. */
function starts(schedule: Schedule, took: number): readonly number[] {
  const all: number[] = [];
  for (let at: number | undefined = 0; at !== undefined; at = nextStart({ at, took }, schedule)) {
    all.push(at);
  }
  return all;
}

describe('when a check is asked', () => {
  test('every interval, and once more at the end', () => {
    expect(starts({ duration: 6, interval: 2 }, 0)).toEqual([0, 2, 4, 6]);
    expect(starts({ duration: 5, interval: 2 }, 0)).toEqual([0, 2, 4, 5]);
  });

  test('as soon as the one before has ended, when that takes longer than the interval', () => {
    expect(starts({ duration: 10, interval: 2 }, 3)).toEqual([0, 3, 6, 9]);
  });

  test('never after the end', () => {
    expect(starts({ duration: 10, interval: 2 }, 11)).toEqual([0]);
    expect(starts({ duration: 0, interval: 2 }, 0)).toEqual([0]);
  });

  test('at most as often as is foretold, and exactly so when answers take no time', () => {
    const schedules = fc.record({
      duration: fc.integer({ min: 0, max: 500 }),
      interval: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(schedules, fc.nat(100), (schedule, took) => {
        const most = measurementsFrom(0, schedule);
        expect(starts(schedule, 0)).toHaveLength(most);
        expect(starts(schedule, took).length).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe('the schedule that was asked for', () => {
  test('is every 2 s for 30 s when nothing is', () => {
    expect(planSchedule({}, [once])).toEqual({ duration: 30_000, interval: 2_000 });
  });

  test('has an interval no longer than a short duration', () => {
    expect(planSchedule({ duration: 500 }, [once]).interval).toBe(500);
  });

  test('is one measurement with a duration of 0, whatever the interval', () => {
    for (const interval of [undefined, 0, 5_000]) {
      const schedule = planSchedule({ duration: 0, interval }, [once]);
      expect(measurementsFrom(0, schedule)).toBe(1);
    }
  });

  test('is refused with an interval that is longer than the duration', () => {
    expect(() => planSchedule({ duration: 5_000, interval: 10_000 }, [once])).toThrow(
      'The interval (10 s) is longer than the duration (5 s)',
    );
  });

  test('is refused with an interval of 0', () => {
    expect(() => planSchedule({ interval: 0 }, [once])).toThrow('The interval is 0');
  });

  test('is refused when a check asks for more successes than fit', () => {
    const five = checkPolicy({ name: 'health', successes: 5 });
    expect(planSchedule({ duration: 8_000, interval: 2_000 }, [five])).toBeDefined();
    expect(() => planSchedule({ duration: 6_000, interval: 2_000 }, [five])).toThrow(
      'The check "health" needs 5 successes in a row, but only 4 measurements',
    );
    expect(() => planSchedule({ duration: 0 }, [checkPolicy({ successes: 2 })])).toThrow('only 1');
  });

  test('counts the successes in the interval of the check, after its delay', () => {
    const late = checkPolicy({ successes: 2, initialDelay: 20_000, interval: 10_000 });
    expect(planSchedule({}, [late])).toBeDefined();
    expect(() => planSchedule({}, [{ ...late, successes: 3 }])).toThrow('only 2 measurements');
  });

  test('is refused when a check would never be asked', () => {
    const late = checkPolicy({ name: 'slow', initialDelay: 31_000 });
    expect(() => planSchedule({}, [late])).toThrow(
      'The check "slow" would never be asked: its initial-delay (31 s) is longer than the duration (30 s).',
    );
  });
});
