import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareProportions, type Proportion } from './proportions.ts';

const proportion = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]): Proportion => ({ hits: Math.floor(total * share), total }));

function share({ hits, total }: Proportion): number {
  return hits / total;
}

describe('a comparison of two proportions', () => {
  test.each([
    // Values of z by hand: 0.01 / sqrt(0.005 · 0.995 · 2/1000).
    ['no errors before and ten in a thousand now', [0, 1_000], [10, 1_000], true, 3.17],
    ['one in ten before and two in ten now', [1, 10], [2, 10], false, 0.63],
    ['one error where there were none, of few requests', [0, 20], [1, 20], false, 1.01],
    ['equal shares of unequal totals', [5, 100], [50, 1_000], false, 0],
    ['a share that has fallen', [50, 100], [10, 100], false, -6.17],
  ] as const)('of %s', (_, before, now, larger, z) => {
    const result = compareProportions(
      { hits: before[0], total: before[1] },
      { hits: now[0], total: now[1] },
    );
    expect(result?.larger).toBe(larger);
    expect(result?.z).toBeCloseTo(z, 1);
  });

  test.each([
    ['nothing before', { hits: 0, total: 0 }, { hits: 1, total: 10 }],
    ['nothing now', { hits: 1, total: 10 }, { hits: 0, total: 0 }],
    ['more hits than there were', { hits: 1, total: 10 }, { hits: 11, total: 10 }],
    ['what is no number', { hits: Number.NaN, total: 10 }, { hits: 1, total: 10 }],
  ])('of %s there is none', (_, before, now) => {
    expect(compareProportions(before, now)).toBeUndefined();
  });

  test('finds nothing larger that is not', () => {
    fc.assert(
      fc.property(proportion, proportion, (before, now) => {
        fc.pre(share(now) <= share(before));
        expect(compareProportions(before, now)?.larger).toBe(false);
      }),
    );
  });

  test('never finds each larger than the other, and is the same the other way round', () => {
    fc.assert(
      fc.property(proportion, proportion, (one, other) => {
        const [there, back] = [compareProportions(one, other), compareProportions(other, one)];
        expect(there?.larger && back?.larger).toBe(false);
        expect((there?.z ?? 0) + (back?.z ?? 0)).toBeCloseTo(0, 6);
      }),
    );
  });

  test('is the surer the more there is of the same', () => {
    fc.assert(
      fc.property(proportion, proportion, fc.integer({ min: 2, max: 50 }), (before, now, times) => {
        fc.pre(share(now) > share(before));
        const more = ({ hits, total }: Proportion): Proportion => ({
          hits: hits * times,
          total: total * times,
        });
        const few = compareProportions(before, now)?.z ?? 0;
        expect(compareProportions(more(before), more(now))?.z).toBeGreaterThan(few);
      }),
    );
  });
});
