import { expect, test } from '@jest/globals';
import { figureLine, median, medianAnswer, ofRounds, withinBudget } from './benchmark.ts';

test('the median is the middle of the values, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('a peer that once gave no answer has no median', () => {
  expect(medianAnswer([1, 3])).toBe(2);
  expect(medianAnswer([1, undefined])).toBeUndefined();
});

test('a figure that is no number is not within its budget', () => {
  const figure = { what: 'start', value: Number.NaN, unit: 's', budget: 1 } as const;
  expect(withinBudget(figure)).toBe(false);
});

test('a figure is one line with its budget, what is beside it, and the range of its rounds', () => {
  const beside = [
    { name: 'kubectl', value: 1.5 },
    { name: 'helm', value: undefined },
  ];
  const line = figureLine(ofRounds('rollout', 's', [1, 2, 3], { budget: 2, beside }));
  expect(line).toMatch(
    /^ {2}rollout +2\.000 s {3}budget 2 s {3}beside kubectl 1\.500 s, helm none {3}3 rounds, 1\.000 to 3\.000$/,
  );
});

test('a figure over its budget is marked, and requests are whole numbers', () => {
  const figure = { what: 'list pods', value: 2, unit: 'requests', budget: 1 } as const;
  expect(figureLine(figure)).toMatch(/^! list pods +2 requests {3}budget 1 requests$/);
});
