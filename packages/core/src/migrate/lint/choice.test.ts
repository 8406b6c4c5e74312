import { describe, expect, test } from '@jest/globals';
import type { MigrationFile } from '../files.ts';
import { type Change, chooseFiles } from './choice.ts';

const OLD = '20250101000000-old.js';
const MIDDLE = '20260101000000-middle.js';
const NEW = '20270101000000-new.ts';
const migrations = [OLD, MIDDLE, NEW].map(
  (name): MigrationFile => ({ name, path: `db/migrations/${name}`, text: '' }),
);
const change = (name: string, over: Partial<Change> = {}): Change => ({
  path: `db/migrations/${name}`,
  before: undefined,
  removed: false,
  ...over,
});

function names(
  changes: readonly Change[] | undefined,
  after?: string,
  directory = 'db/migrations',
) {
  const chosen = chooseFiles(migrations, { directory, changes, after });
  return chosen.map(({ name, before }) => (before === undefined ? name : `${name} was ${before}`));
}

describe('which migrations are linted', () => {
  test('all of them, where nobody says what a pull request changes', () => {
    expect(names(undefined)).toEqual([OLD, MIDDLE, NEW]);
  });

  test.each([MIDDLE, '20260101000000-middle', '20260601000000'])(
    'only those that are younger than lint-after: %s',
    (after) => {
      expect(names(undefined, after)).toEqual([NEW]);
    },
  );

  test('in a pull request those that it adds or changes', () => {
    const changes = [change(NEW), change(OLD, { removed: true }), change('README.md')];
    expect(names(changes)).toEqual([NEW]);
    expect(names(changes, undefined, './db/migrations/')).toEqual([NEW]);
    expect(names([])).toEqual([]);
  });

  test('not a file of that name in another folder', () => {
    expect(names([{ ...change(NEW), path: `other/${NEW}` }])).toEqual([]);
  });

  test('one that the base branch has, and a renamed one, is known as such, however old it is', () => {
    const edited = change(OLD, { before: `db/migrations/${OLD}` });
    const renamed = change(NEW, { before: `db/migrations/${MIDDLE}` });
    expect(names([edited, renamed], NEW)).toEqual([`${OLD} was ${OLD}`, `${NEW} was ${MIDDLE}`]);
  });

  test('one that has come from another folder is new', () => {
    expect(names([change(NEW, { before: `drafts/${NEW}` })])).toEqual([NEW]);
  });
});
