import { expect, test } from '@jest/globals';
import { UserError } from '../../errors.ts';
import { ignoring, SlowPattern } from './ignore.ts';

test('lines that a pattern finds do not count', () => {
  const ignore = ignoring(['^ERROR .*favicon', 'timeout'], 'The check "logs"');
  const lines = ['ERROR no favicon.ico', 'ERROR a timeout', 'ERROR x'];
  expect([...ignore.of(lines)]).toEqual(lines.slice(0, 2));
});

test('without patterns all lines count', () => {
  expect(ignoring([], 'x').of(['ERROR a']).size).toBe(0);
});

test('a pattern that is none is refused by name, before anything is asked', () => {
  const create = (): unknown => ignoring(['a', '(x'], 'The check "logs"');
  expect(create).toThrow(UserError);
  expect(create).toThrow(/The check "logs": "ignore" has "\(x", which is no regular expression/);
});

test('a pattern that would take for ever is stopped', () => {
  const begin = performance.now();
  const ignore = ignoring(['(a+)+$'], 'The check "logs"');
  expect(() => ignore.of([`${'a'.repeat(60)}b`])).toThrow(SlowPattern);
  expect(performance.now() - begin).toBeLessThan(5_000);
});
