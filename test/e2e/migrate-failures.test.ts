import { describe, expect, test } from '@jest/globals';
import { A, B, C, marking, shops } from './migrate-fixture.ts';

const { uri, open } = shops();

describe('a migration that fails', () => {
  test('fails the step with its name, cause and line; what was applied stays, nothing after it is run', async () => {
    const shop = await open({
      [`migrations/${A}`]: marking('a'),
      [`migrations/${B}`]: `
export async function up(db) {
  await db.collection('marks').insertOne({ _id: 'half of b' });
  await db.collection('marks').insertOne({ _id: 'a' });
}`,
      [`migrations/${C}`]: marking('c'),
    });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toMatch(new RegExp(`^The migration ${B} failed: .*E11000`));
    expect(step.errors[0]).toContain(`Applied before it, and staying so: ${A}.`);
    expect(step.log).toContain(`::error file=migrations/${B},line=4,`);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'applied-count': '1',
      'pending-count': '2',
      current: A,
      previous: '',
    });
    expect(step.summary).toMatch(new RegExp(`<code>${B}</code> \\| \\*\\*failed\\*\\*`));
    expect(await shop.changelog()).toEqual([A]);
    expect(await shop.marks()).toEqual(['a', 'half of b']);

    await shop.write({ [`migrations/${B}`]: marking('b') });
    const mended = await shop.migrate();
    expect(mended.outputs).toMatchObject({ status: 'applied', 'applied-count': '2', current: C });
  });

  test.each([
    [
      'a syntax error',
      'export async function up(db) {\n  await db.x(;\n}',
      "Unexpected token ';'",
      2,
    ],
    [
      'an import that does not resolve',
      "\n\nimport x from 'left-pad';\nexport const up = x;",
      "Cannot find package 'left-pad'",
      3,
    ],
    ['no up', 'export async function down() {}', 'exports no function "up"', 1],
    [
      'an error at its top',
      'export async function up() {}\nthrow new Error("too early");',
      'too early',
      2,
    ],
    ['process.exit at its top', 'process.exit(0);', 'process.exit(0) was called', 1],
  ])('with %s is refused with its place before anything is run', async (_, text, says, line) => {
    const shop = await open({ [`migrations/${A}`]: marking('a'), [`migrations/${B}`]: text });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(says)]);
    expect(step.log).toMatch(new RegExp(`^::error file=migrations/${B},line=${line}[,:]`, 'm'));
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'applied-count': '0',
      'pending-count': '2',
    });
    expect(await shop.db.listCollections().toArray()).toEqual([]);
  });

  test.each([
    [
      'an error that it did not wait for',
      "Promise.reject(new Error('unseen'))",
      'did not await failed: unseen',
    ],
    [
      'an exception in a timer',
      "setTimeout(() => { throw new Error('unseen') }); await new Promise(() => {})",
      'did not await failed: unseen',
    ],
    ['process.exit', 'process.exit(0)', 'process.exit(0) was called'],
  ])('by %s fails the step', async (_, code, says) => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up() { ${code}; await new Promise((r) => setTimeout(r, 50)); }`,
    });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(says)]);
    expect(step.outputs.status).toBe('failed');
    expect(await shop.changelog()).toEqual([]);
  });

  test('by a write that it did not await and that is cut off turns the step red', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up(db) {
        setTimeout(() => db.collection('marks').findOne({ $where: 'nonsense(' }).then(() => Promise.reject(new Error('late'))), 0);
      }`,
    });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining('did not await failed')]);
    expect(step.errors[0]).toContain('add the missing await');
  });
});

describe('the output of a migration', () => {
  test('obeys no workflow command, and shows no password', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up(db, client) {
        console.log('::error::hostile');
        console.error('  ::add-mask::hostile');
        console.log('first\\r::warning::hostile');
        process.stdout.write('::set-');
        process.stdout.write('output name=status::hostile\\n##[error]hostile');
        process.stdout.write(Buffer.from('\\n::stop-commands::hostile\\n'));
        process.stdout.write(Buffer.from('::warning::hostile').toString('hex') + '\\n', 'hex');
        process.stdout.write('\\n');
        console.log('harmless', 'line');
        setTimeout(() => console.log('::error::hostile, and late'), 60);
      }`,
      [`migrations/${B}`]:
        'export const up = () => new Promise((resolve) => setTimeout(resolve, 120));',
    });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('harmless line');
    expect(step.log.match(/hostile/g)).toHaveLength(8);
    expect(step.log).not.toMatch(/^\s*::[a-z-]+[^\n]*hostile/m);
    expect(step.log).not.toContain('##[');
    expect(step.errors).toEqual([]);
  });

  test('shows no secret', async () => {
    const withPassword = new URL(uri());
    withPassword.searchParams.set('tlsCertificateKeyFilePassword', 'topsecret');
    const shop = await open({
      [`migrations/${A}`]:
        'export async function up() { console.log("it is topsecret"); throw new Error("topsecret!"); }',
    });
    const step = await shop.migrate({ uri: withPassword.href });
    expect(step.log).toContain('it is ***');
    expect(step.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('topsecret');
    expect(step.summary).not.toContain('topsecret');
  });

  test('a timer or a connection that it leaves open does not keep the step', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up() { setInterval(() => {}, 1000); }`,
    });
    const start = performance.now();
    const step = await shop.migrate();
    expect(step.outputs.status).toBe('applied');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('a cancelled step', () => {
  test('lets the migration that runs end, records it, and begins no further one', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up(db) {
        console.log('under way');
        await new Promise((resolve) => process.once('SIGINT', () => setTimeout(resolve, 300)));
        await db.collection('marks').insertOne({ _id: 'a' });
      }`,
      [`migrations/${B}`]: marking('b'),
    });
    const step = await shop.migrate({}, { onLog: cancelOnce('under way') });
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([
      `The run was cancelled before ${B} was begun. Applied before it, and staying so: ${A}. Nothing after it was run.`,
    ]);
    expect(step.outputs).toMatchObject({ status: 'failed', 'applied-count': '1', current: A });
    expect(await shop.changelog()).toEqual([A]);
    expect(await shop.marks()).toEqual(['a']);
  });

  test('does not wait for ever: what it does not know, it says', async () => {
    const shop = await open({
      [`migrations/${A}`]:
        "export async function up() { console.log('under way'); await new Promise((r) => setTimeout(r, 60_000)); }",
    });
    const start = performance.now();
    const step = await shop.migrate({}, { onLog: cancelOnce('under way') });
    expect(performance.now() - start).toBeLessThan(9_000);
    expect(step.errors[0]).toContain(`cancelled while ${A} was running`);
    expect(step.outputs.status).toBe('failed');
    expect(await shop.changelog()).toEqual([]);
  }, 20_000);
});

describe('a database that cannot be used', () => {
  test('wrong credentials are told apart from an absent server, and not shown', async () => {
    const wrong = new URL(uri());
    wrong.username = 'nobody';
    wrong.password = 'topsecret';
    const shop = await open({ [`migrations/${A}`]: marking('a') });
    const step = await shop.migrate({ uri: wrong.href });
    expect(step.errors).toEqual([
      expect.stringContaining('refused the credentials of the input "uri"'),
    ]);
    expect(step.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('topsecret');
  });

  test('a file that is nearly named like a migration is refused at its place, not passed over', async () => {
    const shop = await open({ 'migrations/2024-a.js': marking('a') });
    const step = await shop.migrate();
    expect(step.log).toContain(
      '::error file=migrations/2024-a.js::migrations/2024-a.js is not named like a migration',
    );
    expect(await shop.db.listCollections().toArray()).toEqual([]);
  });

  test('a transaction is refused by a server that has none, before anything is run', async () => {
    if (new URL(uri()).searchParams.has('replicaSet')) {
      console.warn('Skipped: this server has transactions');
      return;
    }
    const shop = await open({ [`migrations/${A}`]: marking('a') });
    const step = await shop.migrate({ transaction: 'true' });
    expect(step.errors[0]).toMatch(
      /run in a transaction, which this server does not have: The server is a/,
    );
    expect(await shop.marks()).toEqual([]);
  });

  test('a changelog that is none is refused, and nothing is run', async () => {
    const shop = await open({ [`migrations/${A}`]: marking('a') });
    await shop.db.collection('changelog').insertOne({ note: 'ours' });
    const step = await shop.migrate();
    expect(step.errors[0]).toContain('holds a document without fileName');
    expect(await shop.marks()).toEqual([]);
  });
});

/** Cancels the step, as GitHub does, when it has printed `text`. */
function cancelOnce(text: string): (log: string, kill: (signal: NodeJS.Signals) => void) => void {
  let cancelled = false;
  return (log, kill) => {
    if (cancelled || !log.includes(text)) return;
    cancelled = true;
    kill('SIGINT');
  };
}
