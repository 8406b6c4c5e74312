import { describe, expect, test } from '@jest/globals';
import { parseQuantity } from './quantity.ts';

describe('a quantity', () => {
  test.each([
    ['4', 4],
    [2, 2],
    ['500m', 0.5],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['128Mi', 128 * 2 ** 20],
    ['100M', 100e6],
    ['3E', 3e18],
    ['1e3', 1_000],
    ['1.5E2', 150],
    ['.5', 0.5],
    ['250u', 0.00025],
  ])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });

  test.each(['', 'lots', '1GB', '1 Gi', undefined])('is not %p', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});
