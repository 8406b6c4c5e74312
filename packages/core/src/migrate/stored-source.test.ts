import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { restoreSource, sourceCollector } from './stored-source.ts';

async function repository(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'paal-stored-source-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

const collectSource = sourceCollector();
const file = (root: string, name: string) => ({ name, path: join(root, name), text: '' });

describe('the stored source of a migration', () => {
  test('holds what it imports of the repository, directly or not, and no package', async () => {
    const root = await repository({
      'package.json': '{ "type": "module" }',
      'migrations/a.js':
        "import { fill } from '../lib/fill.js';\nimport { ObjectId } from 'mongodb';\nexport const up = fill;",
      'lib/fill.js':
        "import data from './data.json' with { type: 'json' };\nexport const fill = data;",
      'lib/data.json': '[1]',
      'lib/other.js': '',
    });
    const source = await collectSource(file(root, 'migrations/a.js'));
    expect(source?.type).toBe('module');
    expect(source?.files.map(({ path }) => path)).toEqual([
      'migrations/a.js',
      'lib/fill.js',
      'lib/data.json',
    ]);
  });

  test('finds what require names without an extension', async () => {
    const root = await repository({
      'migrations/a.js': "const { fill } = require('./lib/fill');\nmodule.exports = { up: fill };",
      'migrations/lib/fill.js': 'exports.fill = async () => {};',
    });
    const source = await collectSource(file(root, 'migrations/a.js'));
    expect(source?.type).toBe('commonjs');
    expect(source?.files.map(({ path }) => path)).toEqual(['a.js', 'lib/fill.js']);
  });

  test('has what another one imports, too', async () => {
    const text = "import { n } from '../lib/n.js';\nexport const up = () => n;";
    const root = await repository({
      'package.json': '{ "type": "module" }',
      'migrations/a.js': text,
      'migrations/b.js': text,
      'lib/n.js': 'export const n = 1;',
    });
    const collect = sourceCollector();
    const [a, b] = await Promise.all(
      ['a', 'b'].map(async (name) => await collect(file(root, `migrations/${name}.js`))),
    );
    expect(a?.files.map(({ path }) => path)).toEqual(['migrations/a.js', 'lib/n.js']);
    expect(b).toEqual({
      type: 'module',
      files: [{ path: 'migrations/b.js', text }, a?.files[1]],
    });
  });

  test('that is too large is not kept', async () => {
    const root = await repository({ 'a.js': `/* ${'x'.repeat(5 * 1024 * 1024)} */` });
    expect(await collectSource(file(root, 'a.js'))).toBeUndefined();
  });

  test('lies below the migrations while it is needed, as it was, and is gone afterwards', async () => {
    const root = await repository({
      'migrations/a.mjs': "import { word } from '../lib/word.mjs';\nexport const up = () => word;",
      'lib/word.mjs': "export const word = 'stored';",
    });
    const source = await collectSource(file(root, 'migrations/a.mjs'));
    if (!source) throw new Error('Nothing was collected');
    await writeFile(join(root, 'lib/word.mjs'), "export const word = 'edited';");
    const directory = join(root, 'migrations');
    const restored = await restoreSource('a.mjs', source, directory);
    expect(restored.file.path.startsWith(directory)).toBe(true);
    // Node itself, because the test runner does not load ES modules.
    const script = `console.log((await import(${JSON.stringify(restored.file.path)})).up())`;
    const { stdout } = await execa('node', ['--input-type=module', '--eval', script]);
    expect(stdout).toBe('stored');
    await restored.remove();
    expect(await readdir(directory)).toEqual(['a.mjs']);
  });

  test('writes nothing outside of its own folder', async () => {
    const root = await repository({ 'migrations/.gitkeep': '' });
    const source = {
      type: 'module',
      files: [
        { path: 'a.js', text: '' },
        { path: '../../escaped.js', text: 'x' },
      ],
    } as const;
    const { remove } = await restoreSource('a.js', source, join(root, 'migrations'));
    await expect(readFile(join(root, 'escaped.js'))).rejects.toThrow('ENOENT');
    await remove();
  });
});
