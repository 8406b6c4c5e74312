import { expect, test } from '@jest/globals';
import { spokenTime } from './progress.ts';

test.each([
  [820, '0.8 s'],
  [42_400, '42 s'],
  [200_000, '3 min 20 s'],
])('%i ms are said as "%s"', (milliseconds, words) => {
  expect(spokenTime(milliseconds)).toBe(words);
});
