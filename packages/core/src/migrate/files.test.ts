import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { classifyFiles, knownMigrations, nameStem, readMigrationFiles } from './files.ts';
import { checkout } from './standing.test-data.ts';

const names = (files: readonly string[]) => classifyFiles(files, 'migrations').migrations;

describe('the files of a migrations directory', () => {
  test('every kind of script is a migration, and they are sorted by name', () => {
    const files = [
      '20240103000000-c.ts',
      '20240101000000-a.js',
      '20240104000000-d.cjs',
      '20240102000000-b.mjs',
    ];
    expect(names(files)).toEqual([
      '20240101000000-a.js',
      '20240102000000-b.mjs',
      '20240103000000-c.ts',
      '20240104000000-d.cjs',
    ]);
  });

  test('helpers, type declarations and other files are passed over, and helpers are named', () => {
    const files = classifyFiles(
      [
        'README.md',
        'sample-migration.js',
        '20240101000000-a.d.ts',
        '20240101000000-a.ts',
        'helpers.mjs',
      ],
      'migrations',
    );
    expect(files.migrations).toEqual(['20240101000000-a.ts']);
    expect(files.others).toEqual(['helpers.mjs', 'sample-migration.js']);
  });

  test.each([
    '20240101-add-users.js',
    '2024010100000-a.ts',
    '20240101000000.js',
    '1-init.mjs',
    '20240101000000-a.mts',
  ])('%s is refused instead of being left out, unless the changelog has it', (name) => {
    const [file] = checkout(name);
    const files = { migrations: checkout('20240101000000-a.js'), others: file ? [file] : [] };
    expect(() => knownMigrations(files, new Set())).toThrow(
      `migrations/${name} is not named like a migration`,
    );
    expect(knownMigrations(files, new Set([name])).map((one) => one.name)).toContain(name);
  });

  test('only those with the extension of the project count where it has one', () => {
    const all = ['20240101000000-a.ts', '20240101000000-a.js'];
    expect(classifyFiles(all, 'migrations', '.js').migrations).toEqual(['20240101000000-a.js']);
  });

  test('one migration as TypeScript and as what it compiles to is refused', () => {
    expect(() => names(['20240101000000-a.ts', '20240101000000-a.js'])).toThrow(
      'migrations/20240101000000-a.js and 20240101000000-a.ts are one migration twice',
    );
  });

  test('the stem is the name without its extension', () => {
    expect(nameStem('20240101000000-a.b.mjs')).toBe('20240101000000-a.b');
  });

  test('folders are not entered', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'paal-migrations-'));
    await mkdir(join(directory, '20240101000000-folder.js'));
    await writeFile(join(directory, '20240102000000-a.js'), '');
    const { migrations } = await readMigrationFiles(directory);
    expect(migrations).toEqual([
      { name: '20240102000000-a.js', path: join(directory, '20240102000000-a.js'), text: '' },
    ]);
  });

  test('a directory that is missing is named with the input that sets it', async () => {
    const reading = readMigrationFiles('no/such/folder');
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(
      /^The migrations directory "no\/such\/folder" cannot be read: .*ENOENT.*input "directory"/,
    );
  });
});
