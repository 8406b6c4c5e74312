import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readNames, readSubset, writeNames, writeSubset } from './name-list.ts';

/** Names as long as they may be, of which nothing can be squeezed out. */
function names(count: number): readonly string[] {
  return Array.from({ length: count }, () => `deployment/${randomBytes(100).toString('hex')}`);
}

test('a short list is legible', () => {
  expect(writeNames(['deployment/web', 'deployment/api'])).toBe('deployment/web,deployment/api');
  expect(writeSubset(['deployment/api'], ['deployment/web', 'deployment/api'])).toBe(
    'deployment/api',
  );
});

test('whatever was written is read back, some of a list too', () => {
  const anyNames = fc.integer({ min: 0, max: 300 }).map(names);
  const some = anyNames.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all])));
  fc.assert(
    fc.property(some, ([all, subset]) => {
      expect(readNames(writeNames(all))).toEqual(all);
      expect(readSubset(writeSubset(subset, all), all)).toEqual(subset);
    }),
    { numRuns: 30 },
  );
});

test('some of a long list take the room of their places alone', () => {
  const all = names(1_000);
  expect(writeSubset(all, all).length).toBeLessThan(5_000);
  expect(writeNames(all).length).toBeLessThan(all.join(',').length * 0.7);
});

test('a list that somebody has spoilt is empty', () => {
  expect(readNames('gz:AAAA')).toEqual([]);
  expect(readSubset('#1,x,99', ['deployment/web', 'deployment/api'])).toEqual(['deployment/api']);
});
