import { expect, test } from '@jest/globals';
import { progressLine } from './walk-progress.ts';

test.each([
  [
    { documents: 400_000, ofAttempt: 400_000, milliseconds: 19_047, total: 1_000_000 },
    '400,000 documents, 21,000/s, 40 %, about 29 s left',
  ],
  [
    // Three fourths are those of the interrupted attempt: the rate is not made of them.
    { documents: 800_000, ofAttempt: 200_000, milliseconds: 10_000, total: 1_000_000 },
    '800,000 documents, 20,000/s, 80 %, about 10 s left',
  ],
  [
    { documents: 5_000, ofAttempt: 5_000, milliseconds: 2_000, total: undefined },
    '5,000 documents, 2,500/s',
  ],
  [
    // More came while it walked: what there was at the start says nothing any more.
    { documents: 5_000, ofAttempt: 5_000, milliseconds: 2_000, total: 4_000 },
    '5,000 documents, 2,500/s',
  ],
  [
    { documents: 12, ofAttempt: 12, milliseconds: 10_000, total: 999_999 },
    '12 documents, 1.2/s, 0 %, about 231 h 29 m left',
  ],
])('%p is told as "%s"', (progress, line) => {
  expect(progressLine(progress)).toBe(line);
});
