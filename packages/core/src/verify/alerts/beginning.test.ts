import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keptAlerts, SLACK, whenBegan } from './beginning.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const began = (secondsAgo: number, fingerprint = 'f') => ({
  fingerprint,
  startsAt: NOW - secondsAgo * 1_000,
});
const nothing = { known: undefined, releaseAge: undefined, now: NOW };

describe('whether an alert began after the release', () => {
  test.each([
    [30, 'after'],
    [60, 'after'],
    [62, 'after'],
    [63, 'before'],
    [600, 'before'],
  ])('is told by its age where a release is 60 s old: %d s', (age, expected) => {
    expect(whenBegan(began(age), { ...nothing, releaseAge: 60_000 })).toBe(expected);
  });

  test('is not told by ages where the server does not say its time', () => {
    const beginning = { ...nothing, releaseAge: 60_000, now: undefined };
    expect(whenBegan(began(10), beginning)).toBeUndefined();
  });

  test('cannot be told where nothing is known', () => {
    expect(whenBegan(began(10), nothing)).toBeUndefined();
  });

  test('is no where it was there before, whatever the ages say', () => {
    const known = new Map([['f', began(30).startsAt]]);
    expect(whenBegan(began(30), { ...nothing, known, releaseAge: 60_000 })).toBe('before');
    expect(whenBegan(began(30, 'other'), { ...nothing, known, releaseAge: 60_000 })).toBe('after');
    expect(whenBegan(began(90, 'other'), { ...nothing, known, releaseAge: 60_000 })).toBe('before');
  });

  test('is told apart for one that was there before, was resolved, and fires again', () => {
    const known = new Map([['f', began(600).startsAt]]);
    expect(whenBegan(began(20), { ...nothing, known })).toBe('anew');
    expect(whenBegan(began(20), { ...nothing, known, releaseAge: 60_000 })).toBe('anew');
    expect(whenBegan(began(600), { ...nothing, known })).toBe('before');
  });

  test('is no for one that had begun when somebody looked, and was told late', () => {
    const beginning = { ...nothing, known: new Map<string, number>(), looked: NOW - 20_000 };
    expect(whenBegan(began(40), beginning)).toBe('before');
    expect(whenBegan(began(40), { ...beginning, releaseAge: 60_000 })).toBe('before');
    expect(whenBegan(began(22), beginning)).toBe('after');
    expect(whenBegan(began(5), beginning)).toBe('after');
  });

  test('does not depend on what the clock of the server of alerts shows', () => {
    const hour = 3_600_000;
    const times = fc.record({
      age: fc.integer({ min: 0, max: hour }),
      releaseAge: fc.integer({ min: 0, max: hour }),
      skew: fc.integer({ min: -24 * hour, max: 24 * hour }),
    });
    fc.assert(
      fc.property(times, ({ age, releaseAge, skew }) => {
        const now = NOW + skew;
        const alert = { fingerprint: 'f', startsAt: now - age };
        const told = whenBegan(alert, { known: undefined, releaseAge, now });
        expect(told).toBe(age <= releaseAge + SLACK ? 'after' : 'before');
      }),
    );
  });
});

describe('what was kept before', () => {
  test('is the latest beginning of each alert in all measurements', () => {
    const kept = [
      { alerts: { a: 1, b: 5 }, now: 10 },
      { alerts: { a: 3 }, now: 30 },
      { alerts: { b: 4 }, now: 20 },
    ];
    const { known = [], looked } = keptAlerts(kept);
    expect(looked).toBe(30);
    expect([...known]).toEqual([
      ['a', 3],
      ['b', 5],
    ]);
  });

  test('that is of another form is nothing', () => {
    const { known = [], looked } = keptAlerts([7, null, { alerts: [1] }]);
    expect([...known]).toEqual([]);
    expect(looked).toBeUndefined();
  });
});
