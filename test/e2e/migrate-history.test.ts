import { describe, expect, test } from '@jest/globals';
import { A, B, C, D, marking, type Shop, shops } from './migrate-fixture.ts';

const { open } = shops();
const AB = { [`migrations/${A}`]: marking('a'), [`migrations/${B}`]: marking('b') };

async function applied(files: Readonly<Record<string, string>> = AB): Promise<Shop> {
  const shop = await open(files);
  expect((await shop.migrate()).outputs.status).toBe('applied');
  return shop;
}

describe('a file that was edited after it was applied', () => {
  async function edited(): Promise<Shop> {
    const shop = await applied();
    await shop.write({
      [`migrations/${A}`]: `// a comment\n${marking('a')}`,
      [`migrations/${C}`]: marking('c'),
    });
    return shop;
  }

  test('stops an up before anything is applied, and says how to go on', async () => {
    const shop = await edited();
    const step = await shop.migrate();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(`${A} was edited after being applied`)]);
    expect(step.errors[0]).toContain('Nothing was applied.');
    expect(step.summary).toContain('edited since');
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('is only warned of where that is asked for', async () => {
    const shop = await edited();
    const step = await shop.migrate({ 'on-edited': 'warn' });
    expect(step.log).toContain(`::warning::${A} was edited`);
    expect(step.outputs).toMatchObject({ status: 'applied', current: C });
  });

  test('is accepted once by a repair, without being run', async () => {
    const shop = await edited();
    const repair = await shop.migrate({ command: 'repair' });
    expect(repair.outputs.status).toBe('changed');
    expect(repair.summary).toContain('Marked 1 migration');
    const step = await shop.migrate();
    expect(step.outputs).toMatchObject({ status: 'applied', 'applied-count': '1', current: C });
    expect((await shop.migrate({ command: 'repair' })).outputs.status).toBe('up-to-date');
  });

  test('is reverted by the code that was applied, not by the one that is there now', async () => {
    const shop = await applied();
    await shop.write({
      [`migrations/${B}`]: marking('b').replace(
        "deleteOne({ _id: 'b' })",
        "insertOne({ _id: 'x' })",
      ),
    });
    const refused = await shop.migrate({ command: 'down' });
    expect(refused.errors[0]).toContain(`${B} was edited`);
    const step = await shop.migrate({ command: 'down', 'on-edited': 'warn' });
    expect(step.outputs.status).toBe('reverted');
    expect(await shop.marks()).toEqual(['a']);
  });
});

describe('an applied file that is not in the checkout', () => {
  test('stops an up where newer ones are there', async () => {
    const shop = await applied();
    await shop.remove(`migrations/${A}`);
    await shop.write({ [`migrations/${C}`]: marking('c') });
    const step = await shop.migrate();
    expect(step.errors[0]).toContain(`${A} was applied, but is not in this checkout`);
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('is forgotten by a repair that names it', async () => {
    const shop = await applied();
    await shop.remove(`migrations/${A}`);
    const repair = await shop.migrate({ command: 'repair', migration: A, as: 'pending' });
    expect(repair.outputs.status).toBe('changed');
    expect(await shop.changelog()).toEqual([B]);
    expect((await shop.migrate()).outputs.status).toBe('up-to-date');
  });

  test('that is newer than the checkout is what a code rollback leaves: the old release deploys', async () => {
    const shop = await applied();
    await shop.remove(`migrations/${B}`);
    const step = await shop.migrate();
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('::warning::The database is ahead of this commit');
    expect(step.outputs.status).toBe('up-to-date');
  });
});

describe('the order of migrations', () => {
  test('one that came late is an error, and applied where the order is said not to matter', async () => {
    const shop = await applied({
      [`migrations/${A}`]: marking('a'),
      [`migrations/${C}`]: marking('c'),
    });
    await shop.write({ [`migrations/${B}`]: marking('b') });
    const step = await shop.migrate();
    expect(step.errors[0]).toContain(`${B} is older by name than ${C}`);
    expect(await shop.marks()).toEqual(['a', 'c']);
    const allowed = await shop.migrate({ 'on-out-of-order': 'warn' });
    expect(allowed.log).toContain(`::warning::${B} is older`);
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
  });

  test('two files with one time are an error', async () => {
    const twin = A.replace('-a', '-twin');
    const shop = await open({ ...AB, [`migrations/${twin}`]: marking('twin') });
    const step = await shop.migrate();
    expect(step.errors[0]).toContain(`${A} and ${twin} have the same time`);
    expect(await shop.marks()).toEqual([]);
  });
});

describe('a migration that was interrupted and is not in the checkout', () => {
  test('is settled by a repair that names it, and stops nothing any more', async () => {
    const shop = await applied();
    const run = { run: 'local', actor: '', sha: '', host: '' };
    const attempt = { fileName: C, action: 'up', state: 'interrupted', fence: 1, ...run };
    await shop.db.collection('paal_migrations').insertOne({ ...attempt, startedAt: new Date() });
    expect((await shop.migrate()).errors[0]).toContain(`${C} was interrupted`);
    const repair = await shop.migrate({ command: 'repair', migration: C, as: 'pending' });
    expect(repair.errors).toEqual([]);
    expect((await shop.migrate()).outputs.status).toBe('up-to-date');
  });
});

describe('a baseline', () => {
  test('marks what a database has already, and the rest is applied', async () => {
    const shop = await open({ ...AB, [`migrations/${C}`]: marking('c') });
    const baseline = await shop.migrate({ command: 'baseline', to: B });
    expect(baseline.outputs).toMatchObject({
      status: 'changed',
      current: B,
      previous: '',
      'pending-count': '1',
    });
    expect(await shop.marks()).toEqual([]);
    expect((await shop.migrate()).outputs).toMatchObject({ 'applied-count': '1', current: C });
    expect(await shop.marks()).toEqual(['c']);
  });

  test('is refused where the changelog says already what is applied', async () => {
    const shop = await applied();
    await shop.write({ [`migrations/${C}`]: marking('c') });
    const step = await shop.migrate({ command: 'baseline' });
    expect(step.errors[0]).toContain('there is no baseline to set');
    expect(await shop.changelog()).toEqual([A, B]);
  });
});

describe('back to the previous release', () => {
  const at = (sha: string, run: string) => ({ env: { GITHUB_SHA: sha, GITHUB_RUN_ID: run } });

  test('reverts all that one commit applied, from a checkout that has none of it', async () => {
    const shop = await open({ [`migrations/${A}`]: marking('a') });
    await shop.migrate({}, at('old', '1'));
    await shop.write({
      [`migrations/${B}`]: `import { insert, remove } from '../lib/marks.mjs';
        export const up = insert('b');
        export const down = remove('b');`,
      [`migrations/${C}`]: marking('c'),
      [`migrations/${D}`]: marking('d'),
      'lib/marks.mjs': `export const insert = (_id) => (db) => db.collection('marks').insertOne({ _id });
        export const remove = (_id) => (db) => db.collection('marks').deleteOne({ _id });`,
    });
    await shop.migrate({ count: '2' }, at('new', '2'));
    await shop.migrate({}, at('new', '3'));
    for (const file of [B, C, D]) await shop.remove(`migrations/${file}`);
    await shop.remove('lib/marks.mjs');

    const plan = await shop.migrate({ command: 'down', to: 'previous', 'dry-run': 'true' });
    expect(plan.log).toContain('"previous" takes back what commit new applied');
    expect(plan.log).toContain(`revert  ${D}\nrevert  ${C}\nrevert  ${B}\n`);
    expect(await shop.marks()).toEqual(['a', 'b', 'c', 'd']);

    const step = await shop.migrate({ command: 'down', to: 'previous' });
    expect(step.outputs).toMatchObject({ status: 'reverted', 'applied-count': '3', current: A });
    expect(await shop.marks()).toEqual(['a']);
    expect(await shop.files('migrations')).toEqual(['.gitkeep', A]);
  });
});

describe('the records', () => {
  test('say who did what, when, from which commit, and how it ended', async () => {
    const shop = await open({
      [`migrations/${A}`]: marking('a'),
      [`migrations/${B}`]: "export async function up() { throw new Error('no room'); }",
    });
    await shop.migrate({}, { env: { GITHUB_ACTOR: 'ada', GITHUB_SHA: 'c0ffee' } });
    await shop.migrate({ command: 'down' });
    const records = await shop.db
      .collection('paal_migrations')
      .find()
      .sort({ startedAt: 1 })
      .toArray();
    expect(records).toMatchObject([
      {
        fileName: A,
        action: 'up',
        state: 'succeeded',
        actor: 'ada',
        sha: 'c0ffee',
        run: 'https://github.com/paal/shop/actions/runs/42',
        startedAt: expect.any(Date),
        finishedAt: expect.any(Date),
        milliseconds: expect.any(Number),
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        source: { files: [{ path: A, text: marking('a') }] },
      },
      { fileName: B, action: 'up', state: 'failed', error: 'no room' },
      { fileName: A, action: 'down', state: 'succeeded', actor: 'octocat' },
    ]);
  });

  test('a backup is made before the first migration, and recorded with those that follow it', async () => {
    const shop = await open(AB);
    const command = 'echo "taking a snapshot"; echo snapshot-17';
    await shop.migrate({ 'backup-command': command });
    const records = await shop.db.collection('paal_migrations').find().toArray();
    expect(records.map(({ backup }) => backup)).toEqual(['snapshot-17', 'snapshot-17']);
  });

  test('nothing is migrated without the backup that was asked for', async () => {
    const shop = await open(AB);
    const step = await shop.migrate({ 'backup-command': 'exit 3' });
    expect(step.errors).toEqual([expect.stringContaining('backup-command ended with exit code 3')]);
    expect(await shop.marks()).toEqual([]);
  });
});
