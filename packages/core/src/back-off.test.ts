import { describe, expect, test } from '@jest/globals';
import { backOff } from './back-off.ts';

describe('the pause after failures', () => {
  test('is random, from half of its length on', () => {
    expect([0, 0.5, 1].map((random) => backOff(3, 5_000, random))).toEqual([500, 750, 1_000]);
  });

  test('doubles with each of them, and has an end', () => {
    expect([1, 2, 3, 9].map((failures) => backOff(failures, 700, 1))).toEqual([250, 500, 700, 700]);
  });
});
