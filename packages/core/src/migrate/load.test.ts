import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';

/** What a migration pushed into the database it was given, or how it was refused. */
interface Outcome {
  readonly pushed?: readonly string[];
  readonly refused?: string;
  readonly position?: { readonly file: string; readonly line?: number; readonly column?: number };
}

const FILES: Readonly<Record<string, string>> = {
  'commonjs.cjs':
    'module.exports = { word: "this", async up(db, client) { db.push(this.word, client); } };',
  'plain.js':
    'exports.up = async (db) => db.push("up");\nexports.down = async (db) => db.push("down");',
  'esm-in-js.js': 'export async function up(db) { db.push("esm"); }',
  'default.mjs': 'export default { word: "default", async up(db) { db.push(this.word); } };',
  'compiled.cjs':
    'exports.__esModule = true;\nexports.default = { up: async (db) => db.push("compiled") };',
  'types.ts':
    'type Db = string[];\nexport async function up(db: Db): Promise<void> { (db satisfies Db).push("ts"); }',
  'own-package.js':
    "const { answer } = require('answers');\nexports.up = async (db) => db.push(answer);",
  'node_modules/answers/index.js': 'exports.answer = "42";',
  'no-up.js': 'exports.down = async () => {};',
  'empty.mjs': '',
  'up-is-text.mjs': 'export const up = "soon";',
  'syntax.cjs': 'module.exports = {\n  up(db) { db.x(; },\n};',
  'syntax.mjs': 'export async function up(db) {\n  await db.x(;\n}',
  'syntax.ts': 'export async function up(\n  db: string {\n}',
  'enum.ts': '\nenum Kind { A }\nexport async function up() {}',
  'missing-package.cjs': "\nconst x = require('left-pad/index');\nexports.up = x;",
  'missing-package.mjs': "\n\nimport x from 'left-pad/index';\nexport const up = x;",
  'missing-file.mjs':
    "import { readFile } from 'node:fs';\nimport x from './lib/gone.mjs';\nexport const up = x;",
  'through-helper.cjs': "const x = require('./helper.cjs');",
  'helper.cjs': "\n\nrequire('nowhere');",
  'no-such-export.mjs': "\nimport { jion } from 'node:path';\nexport const up = jion;",
  'throws.mjs': 'export async function up() {}\nthrow new Error("at the top");',
};

const SCRIPT = `
const [, load, direction, ...names] = process.argv;
const { loadStep } = await import(load);
const outcomes = {};
for (const name of names) {
  const pushed = [];
  try {
    const step = await loadStep({ name, path: name, text: '' }, direction);
    await step.run([pushed, 'client']);
    outcomes[name] = { pushed };
  } catch (error) {
    outcomes[name] = { refused: error.name + ': ' + error.message, position: error.position };
  }
}
console.log(JSON.stringify(outcomes));
`;

/** Loads and runs every file in a Node of its own, whose module loader is the one of a step. */
async function outcomes(
  directory: string,
  direction: 'up' | 'down',
): Promise<Readonly<Record<string, Outcome>>> {
  const names = Object.keys(FILES).filter((name) => !/^helper|node_modules/.test(name));
  const load = new URL('load.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', SCRIPT, load, direction, ...names],
    { cwd: directory },
  );
  return JSON.parse(stdout) as Record<string, Outcome>;
}

let up: Readonly<Record<string, Outcome>>;
let down: Readonly<Record<string, Outcome>>;

beforeAll(async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'paal-load-')));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  [up, down] = await Promise.all([outcomes(directory, 'up'), outcomes(directory, 'down')]);
});

describe('a migration is loaded', () => {
  test.each([
    ['as CommonJS, and called as a method of what it exports', 'commonjs.cjs', ['this', 'client']],
    ['as CommonJS with single exports', 'plain.js', ['up']],
    ['as ESM in a .js file without a package.json', 'esm-in-js.js', ['esm']],
    ['as ESM with a default export', 'default.mjs', ['default']],
    ['as CommonJS that was compiled from a default export', 'compiled.cjs', ['compiled']],
    ['as TypeScript', 'types.ts', ['ts']],
    ['with packages of its own repository', 'own-package.js', ['42']],
  ])('%s', (_, file, pushed) => {
    expect(up[file]).toEqual({ pushed });
  });

  test('for down, too', () => {
    expect(down['plain.js']).toEqual({ pushed: ['down'] });
  });
});

describe('a migration is refused with its place', () => {
  test.each<[string, string, object]>([
    ['no-up.js', 'exports no function "up"', { file: 'no-up.js', line: 1 }],
    ['empty.mjs', 'exports no function "up"', { file: 'empty.mjs', line: 1 }],
    ['up-is-text.mjs', 'exports no function "up"', { file: 'up-is-text.mjs', line: 1 }],
    ['syntax.cjs', "Unexpected token ';' (syntax.cjs:2:", { file: 'syntax.cjs', line: 2 }],
    ['syntax.mjs', "Unexpected token ';' (syntax.mjs:2:", { file: 'syntax.mjs', line: 2 }],
    ['syntax.ts', '(syntax.ts:2:', { file: 'syntax.ts', line: 2 }],
    ['enum.ts', 'enum is not supported', { file: 'enum.ts', line: 2, column: 1 }],
    ['missing-package.cjs', 'with npm ci', { file: 'missing-package.cjs', line: 2 }],
    ['missing-package.mjs', 'with npm ci', { file: 'missing-package.mjs', line: 3 }],
    ['missing-file.mjs', 'gone.mjs', { file: 'missing-file.mjs', line: 2 }],
    ['through-helper.cjs', "Cannot find module 'nowhere'", { file: 'helper.cjs', line: 3 }],
    ['no-such-export.mjs', "export named 'jion'", { file: 'no-such-export.mjs', line: 2 }],
    ['throws.mjs', 'at the top', { file: 'throws.mjs', line: 2, column: 7 }],
  ])('%s', (file, says, position) => {
    expect(up[file]?.refused).toMatch(/^UserError: The migration .*Nothing was run\./);
    expect(up[file]?.refused).toContain(says);
    expect(up[file]?.position).toMatchObject(position);
  });

  test('when it has no down', () => {
    expect(down['commonjs.cjs']?.refused).toContain(
      'commonjs.cjs exports no function "down", so it cannot be reverted. Nothing was reverted.',
    );
  });
});
