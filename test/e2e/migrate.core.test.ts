import { describe, expect, test } from '@jest/globals';
import { A, B, C, marking, type Shop, shops } from './migrate-fixture.ts';

const { open } = shops();
const ABC = {
  [`migrations/${A}`]: marking('a'),
  [`migrations/${B}`]: marking('b'),
  [`migrations/${C}`]: marking('c'),
};

describe('paal/migrate up', () => {
  test('applies every kind of file once, in order, and says so', async () => {
    const shop = await open({
      'migrations/20240101000000-users.js':
        "module.exports = { async up(db) { await db.collection('users').insertOne({ _id: 1, name: 'Ada' }); } };",
      'migrations/20240102000000-index.cjs':
        "exports.up = (db) => db.collection('users').createIndex({ name: 1 }, { unique: true });",
      'migrations/20240103000000-age.mjs':
        "export async function up(db) { await db.collection('users').updateMany({}, { $set: { age: 36 } }); }",
      'migrations/20240104000000-client.ts': `import type { Db, MongoClient } from 'mongodb';
         export async function up(db: Db, client: MongoClient): Promise<void> {
           await client.db(db.databaseName).collection<{ _id: number }>('users').insertOne({ _id: 2 });
         }`,
    });
    const step = await shop.migrate();
    expect(step.exitCode).toBe(0);
    expect(await shop.db.collection('users').find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, name: 'Ada', age: 36 },
      { _id: 2 },
    ]);
    expect(step.outputs).toMatchObject({
      status: 'applied',
      'applied-count': '4',
      'pending-count': '0',
      current: '20240104000000-client.ts',
      previous: '',
    });
    expect(step.log).toMatch(/^20240101000000-users\.js done in \d+ ms$/m);
    expect(step.summary).toContain('## ✅ Applied 4 migrations');

    const again = await shop.migrate();
    expect(again.exitCode).toBe(0);
    expect(again.outputs).toMatchObject({
      status: 'up-to-date',
      'applied-count': '0',
      current: '20240104000000-client.ts',
      previous: '20240104000000-client.ts',
    });
  });

  test('writes the changelog as migrate-mongo does, and beside it how long each took', async () => {
    const shop = await open(ABC);
    const before = Date.now();
    await shop.migrate({ count: '2' });
    const rows = await shop.db.collection('changelog').find().toArray();
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual([
        '_id',
        'fileName',
        'appliedAt',
        'migrationBlock',
        'fileHash',
        'milliseconds',
      ]);
      expect(row.appliedAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(row.migrationBlock).toBe(rows[0]?.migrationBlock);
    }
    expect(rows[0]?.migrationBlock).toBeGreaterThanOrEqual(before);
  });

  test('stops after the migration that is named, or after a number of them', async () => {
    const shop = await open(ABC);
    expect((await shop.migrate({ count: '1' })).outputs.current).toBe(A);
    const step = await shop.migrate({ to: B });
    expect(step.outputs).toMatchObject({ current: B, previous: A, 'pending-count': '1' });
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('plan and dry-run say what would happen, and change nothing', async () => {
    const shop = await open(ABC);
    for (const inputs of [{ command: 'plan' }, { 'dry-run': 'true' }]) {
      const step = await shop.migrate(inputs);
      expect(step.exitCode).toBe(0);
      expect(step.outputs).toMatchObject({ status: 'planned', 'pending-count': '3', current: '' });
      expect(step.log).toContain(`apply  ${A}\napply  ${B}\napply  ${C}\n`);
    }
    expect(await shop.db.listCollections().toArray()).toEqual([]);
  });

  test('an unknown migration to go to is refused with the nearest name', async () => {
    const shop = await open(ABC);
    const step = await shop.migrate({ to: '20240102000000-c.mjs' });
    expect(step.errors[0]).toMatch(
      /no migration "20240102000000-c.mjs".*Did you mean "2024010[123]000000-[abc]\.mjs"/,
    );
    expect(await shop.changelog()).toEqual([]);
  });
});

describe('paal/migrate down', () => {
  async function abcApplied(): Promise<Shop> {
    const shop = await open(ABC);
    await shop.migrate();
    return shop;
  }

  test('reverts the last one, and with it its row', async () => {
    const shop = await abcApplied();
    const step = await shop.migrate({ command: 'down' });
    expect(step.outputs).toMatchObject({
      status: 'reverted',
      'applied-count': '1',
      'pending-count': '1',
      current: B,
      previous: C,
    });
    expect(await shop.changelog()).toEqual([A, B]);
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('down to a migration reverts those after it, and leaves it applied', async () => {
    const shop = await abcApplied();
    const step = await shop.migrate({ command: 'down', to: A });
    expect(step.log.indexOf(`${C} done`)).toBeLessThan(step.log.indexOf(`${B} done`));
    expect(await shop.marks()).toEqual(['a']);
    const rest = await shop.migrate({ command: 'down', count: '1' });
    expect(rest.outputs).toMatchObject({ status: 'reverted', current: '', previous: A });
    expect((await shop.migrate({ command: 'down' })).outputs.status).toBe('up-to-date');
  });

  test.each([
    ['has no down', 'export async function up() {}', `${B} exports no function "down"`],
    [
      'is declared irreversible',
      "export const irreversible = 'the data is gone';\nexport async function up() {}\nexport async function down() {}",
      `${B} is declared irreversible: the data is gone. Nothing was reverted`,
    ],
  ])('is refused as a whole when one of them %s', async (_, text, says) => {
    const shop = await open({ ...ABC, [`migrations/${B}`]: text });
    await shop.migrate();
    const step = await shop.migrate({ command: 'down', count: '2' });
    expect(step.log).toContain(`::error file=migrations/${B},line=1::`);
    expect(step.errors[0]).toContain(says);
    expect(await shop.changelog()).toEqual([A, B, C]);
    expect(await shop.marks()).toEqual(['a', 'c']);
  });

  test('is refused as a whole when the code of one is nowhere', async () => {
    const shop = await abcApplied();
    await shop.remove(`migrations/${B}`);
    await shop.db.collection('paal_migrations').deleteMany({ fileName: B });
    const step = await shop.migrate({ command: 'down', count: '2' });
    expect(step.errors).toEqual([
      expect.stringContaining(`${B} cannot be reverted: neither in the migrations directory`),
    ]);
    expect(await shop.changelog()).toEqual([A, B, C]);
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
  });

  test('down without effect on the database is shown by dry-run', async () => {
    const shop = await abcApplied();
    const step = await shop.migrate({ command: 'down', to: A, 'dry-run': 'true' });
    expect(step.outputs).toMatchObject({ status: 'planned', current: C });
    expect(step.summary).toContain('Would revert 2 migrations');
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
  });
});
