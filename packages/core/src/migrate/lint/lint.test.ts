import { describe, expect, test } from '@jest/globals';
import { LINT_RULES } from '../../config/lint-rules.ts';
import { findingsIn, rulesIn, upOf } from './lint.test-data.ts';
import { RULES } from './rules/registry.ts';

const DROP = "await db.collection('old').drop();";
const DOWN = 'await db.collection("a").deleteOne({ _id: 1 });';

describe('whichever way a migration is written, it is looked into', () => {
  test.each([
    [
      'module.exports with methods',
      `module.exports = { async up(db) { ${DROP} }, async down(db) { ${DOWN} } };`,
    ],
    [
      'module.exports with arrows',
      `module.exports = { up: async (db) => { ${DROP} }, down: async (db) => { ${DOWN} } };`,
    ],
    [
      'module.exports of names',
      `const up = async (db) => { ${DROP} }; async function down(db) { ${DOWN} } module.exports = { up, down };`,
    ],
    [
      'module.exports.up',
      `module.exports.up = async function (db) { ${DROP} }; module.exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'exports.up',
      `exports.up = async (db) => { ${DROP} }; exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'exports = module.exports',
      `exports = module.exports = { async up(db) { ${DROP} }, async down(db) { ${DOWN} } };`,
    ],
    [
      'export function',
      `export async function up(db) { ${DROP} } export async function down(db) { ${DOWN} }`,
    ],
    [
      'export const',
      `export const up = async (db) => { ${DROP} }; export const down = async (db) => { ${DOWN} };`,
    ],
    [
      'export of names',
      `const u = async (db) => { ${DROP} }; const d = async (db) => { ${DOWN} }; export { u as up, d as down };`,
    ],
    ['export default', `export default { async up(db) { ${DROP} }, async down(db) { ${DOWN} } };`],
    [
      'export default of a name',
      `const m = { async up(db) { ${DROP} }, async down(db) { ${DOWN} } }; export default m;`,
    ],
    [
      'an instance of a class',
      `class M { async up(db) { await this.drop(db); } async drop(db) { ${DROP} } async down(db) { ${DOWN} } } module.exports = new M();`,
    ],
    [
      'another method of the object',
      `module.exports = { async up(db) { await this.drop(db); }, async drop(db) { ${DROP} }, async down(db) { ${DOWN} } };`,
    ],
    [
      'static methods',
      `export default class { static async up(db) { ${DROP} } static async down(db) { ${DOWN} } }`,
    ],
    [
      'a class above',
      `class Base { async down(db) { ${DOWN} } } class M extends Base { async up(db) { ${DROP} } } export default new M();`,
    ],
    [
      'other names of the parameters',
      `exports.up = async (database) => { await database.collection('old').drop(); }; exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'the database of the client',
      `exports.up = async (_, client) => { const db = client.db('shop'); ${DROP} }; exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'promises',
      `exports.up = (db) => db.collection('old').drop().then(() => {}); exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'a function that gives the collection',
      `const old = (db) => db.collection('old'); exports.up = async (db) => { await old(db).drop(); }; exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'a loop over names',
      `exports.up = async (db) => { for (const name of ['old', 'older']) await db.collection(name).drop(); }; exports.down = async (db) => { ${DOWN} };`,
    ],
    [
      'a name that is put together',
      `const P = 'shop'; exports.up = async (db) => { await db.collection(\`\${P}_old\`).drop(); }; exports.down = async (db) => { ${DOWN} };`,
    ],
  ])('%s', (_, source) => {
    expect(rulesIn(source)).toEqual(['drop-collection']);
  });

  test('TypeScript, with the places of the file as it is', () => {
    const source = `import type { Db } from 'mongodb';
interface Old { readonly name: string }
export const up = async (db: Db): Promise<void> => { await (db as Db).collection<Old>('old').drop(); };
export const irreversible = 'gone' satisfies string;
`;
    const [found, ...more] = findingsIn(source, { name: '20260101000000-a.ts' });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ rule: 'drop-collection', position: { line: 3, column: 94 } });
  });

  test('what is not called from up or down is not looked into', () => {
    const source = `${upOf('await users.findOne();')}
async function never(db) { ${DROP} }`;
    expect(rulesIn(source)).toEqual([]);
  });

  test('a function that calls itself comes to an end', () => {
    const source = upOf(
      `await walk(3); async function walk(n) { if (n > 0) await walk(n - 1); ${DROP} }`,
    );
    expect(rulesIn(source)).toEqual(['drop-collection']);
  });
});

describe('what cannot run', () => {
  test.each([
    [
      'JavaScript',
      '20260101000000-a.js',
      'export const up = async (db) => {\n  await db.(;\n};',
      2,
      12,
    ],
    ['CommonJS', '20260101000000-a.js', 'module.exports = { up() {\n  return 1 +;\n} };', 2, 13],
    [
      'CommonJS with a return at its top',
      '20260101000000-a.js',
      'if (process.env.X) return;\nmodule.exports = { up() {\n  return 1 +;\n} };',
      3,
      13,
    ],
    [
      'TypeScript',
      '20260101000000-a.ts',
      'export const up = (): void => {};\nconst x = <T,>(;',
      2,
      13,
    ],
    [
      'TypeScript that needs compiling',
      '20260101000000-a.ts',
      'export const up = (): void => {};\nenum A { x }',
      2,
      1,
    ],
  ])('%s is an error at its place', (_, name, source, line, column) => {
    const found = findingsIn(source, { name, path: `m/${name}` });
    expect(found).toEqual([
      expect.objectContaining({
        rule: 'syntax-error',
        severity: 'error',
        position: { file: `m/${name}`, line, column },
      }),
    ]);
  });

  test('a file without up is an error', () => {
    expect(rulesIn(`exports.down = async (db) => { ${DOWN} };`)).toEqual(['no-up']);
  });
});

describe('an override', () => {
  test.each([
    ['on the line before', `// paal-safe: drop-collection nobody reads it since v3\n${DROP}`],
    ['on the same line', `${DROP} // paal-safe: drop-collection nobody reads it since v3`],
    ['in a block comment', `/* paal-safe: drop-collection nobody reads it since v3 */\n${DROP}`],
    ['with a dash', `// paal-safe: drop-collection — nobody reads it since v3\n${DROP}`],
    [
      'before other comments',
      `// paal-safe: drop-collection nobody reads it since v3\n// and so on\n${DROP}`,
    ],
    [
      'before the statement',
      "// paal-safe: drop-collection nobody reads it since v3\nawait db\n  .collection('old')\n  .drop();",
    ],
  ])('%s counts', (_, body) => {
    expect(rulesIn(upOf(body))).toEqual([]);
  });

  test('counts for its rule and its place only', () => {
    const body = `// paal-safe: drop-collection nobody reads it since v3\n${DROP}\n${DROP}`;
    expect(rulesIn(upOf(body))).toEqual(['drop-collection']);
    const other = `// paal-safe: drop-index nobody reads it\n${DROP}`;
    expect(rulesIn(upOf(other))).toEqual(['unused-override', 'drop-collection']);
  });

  test('two stand one above the other', () => {
    const body = `// paal-safe: drop-collection nobody reads it\n// paal-safe: unawaited-promise it is gone anyway\n${DROP.replace('await ', '')}`;
    expect(rulesIn(upOf(body))).toEqual([]);
  });

  test.each([
    [
      'without a reason',
      '// paal-safe: drop-collection',
      'override-without-reason',
      'does not say why',
    ],
    [
      'of a rule that there is not',
      '// paal-safe: drop-colection it is old',
      'unknown-rule',
      'Did you mean "drop-collection"?',
    ],
    ['without a rule', '// paal-safe:', 'unknown-rule', 'There is no rule ""'],
  ])('%s does not, and is a finding itself', (_, comment, rule, says) => {
    const found = findingsIn(upOf(`${comment}\n${DROP}`));
    expect(found.map((one) => one.rule)).toEqual([rule, 'drop-collection']);
    expect(found[0]?.message).toContain(says);
  });

  test('that hits nothing is a note; not where its rule is off', () => {
    const source = upOf('// paal-safe: drop-collection it is old\nawait users.findOne();');
    expect(findingsIn(source)).toMatchObject([{ rule: 'unused-override', severity: 'info' }]);
    expect(rulesIn(source, { 'drop-collection': 'off' })).toEqual([]);
  });

  test('of a text that only looks like one is none', () => {
    expect(rulesIn(upOf(`console.log('// paal-safe: drop-collection x');\n${DROP}`))).toEqual([
      'drop-collection',
    ]);
  });
});

describe('severities', () => {
  test('are those of the rules, unless they are set', () => {
    const source = upOf(DROP);
    const severity = (given: Parameters<typeof findingsIn>[2]) =>
      findingsIn(source, {}, given).map((one) => one.severity);
    expect(severity({})).toEqual([RULES['drop-collection'].severity]);
    expect(severity({ 'drop-collection': 'info' })).toEqual(['info']);
    expect(severity({ 'drop-collection': 'off' })).toEqual([]);
  });

  test('every rule has one', () => {
    expect(Object.keys(RULES).sort()).toEqual([...LINT_RULES].sort());
  });
});

describe('a migration that the base branch has', () => {
  const source = upOf('await users.findOne();');
  const name = '20260101000000-test.js';

  test('and that is edited is found; an override in its first line counts', () => {
    const found = findingsIn(source, { before: name });
    expect(found).toMatchObject([
      { rule: 'edited-migration', severity: 'warning', position: { line: 1 } },
    ]);
    expect(found[0]?.message).toContain('an edited one is refused');
    const said = `// paal-safe: edited-migration it was never applied\n${source}`;
    expect(findingsIn(said, { before: name })).toEqual([]);
  });

  test('and that is renamed is told what it was called', () => {
    const [found] = findingsIn(source, { before: '20250101000000-old.js' });
    expect(found?.message).toContain('as 20250101000000-old.js');
  });
});
