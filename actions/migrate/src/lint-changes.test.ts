import { expect, test } from '@jest/globals';
import { changesOfDiff } from './lint-changes.ts';

test('what git lists is read with its status, also renames, and names with blanks', () => {
  const output =
    'A\0m/new.js\0M\0m/edited one.js\0R087\0m/old.js\0m/moved.js\0C100\0m/a.js\0m/b.js\0D\0m/gone.js\0';
  expect(changesOfDiff(output)).toEqual([
    { path: 'm/new.js', before: undefined, removed: false },
    { path: 'm/edited one.js', before: 'm/edited one.js', removed: false },
    { path: 'm/moved.js', before: 'm/old.js', removed: false },
    { path: 'm/b.js', before: undefined, removed: false },
    { path: 'm/gone.js', before: 'm/gone.js', removed: true },
  ]);
  expect(changesOfDiff('')).toEqual([]);
});
