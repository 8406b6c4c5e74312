import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { A, B, C, D, marking, type Shop, shops } from './migrate-fixture.ts';

const { uri, open } = shops();
const ABC = {
  [`migrations/${A}`]: marking('a'),
  [`migrations/${B}`]: marking('b'),
  [`migrations/${C}`]: marking('c'),
};

/** Writes the configuration of migrate-mongo, as its `init` does. */
async function configure(shop: Shop, over: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const config = {
    mongodb: { url: uri(), databaseName: shop.database, options: {} },
    migrationsDir: 'migrations',
    changelogCollectionName: 'changelog',
    lockCollectionName: 'changelog_lock',
    lockTtl: 0,
    migrationFileExtension: '.mjs',
    useFileHash: false,
    moduleSystem: 'esm',
    ...over,
  };
  await shop.write({ 'migrate-mongo-config.js': `module.exports = ${JSON.stringify(config)};` });
}

/** Runs migrate-mongo's own command line in the repository. */
async function migrateMongo(shop: Shop, command: string): Promise<string> {
  const program = join(repositoryRoot, 'node_modules/migrate-mongo/bin/migrate-mongo.js');
  const { stdout } = await execa(process.execPath, [program, command], { cwd: shop.workspace });
  return stdout;
}

/** Gives the repository a driver of its own. */
async function install(shop: Shop, driver: string): Promise<void> {
  await mkdir(join(shop.workspace, 'node_modules'), { recursive: true });
  await symlink(
    join(repositoryRoot, 'node_modules', driver),
    join(shop.workspace, 'node_modules/mongodb'),
  );
}

async function line(shop: Shop, name: string): Promise<string | undefined> {
  const status = await migrateMongo(shop, 'status');
  return status.split('\n').find((one) => one.includes(name));
}

describe('a project of migrate-mongo', () => {
  test('goes on with PAAL and nothing but its own configuration, and back', async () => {
    const shop = await open(ABC);
    await configure(shop);
    await migrateMongo(shop, 'up');
    await shop.write({ [`migrations/${D}`]: marking('d') });

    const step = await shop.migrate({ uri: '', database: '' });
    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ 'applied-count': '1', current: D, previous: C });
    expect(await line(shop, D)).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z/);

    await migrateMongo(shop, 'down');
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
    const status = await shop.migrate({ uri: '', database: '', command: 'status' });
    expect(status.outputs).toMatchObject({ 'pending-count': '1', current: C });
  });

  test('is reverted over what it applied and over what PAAL did', async () => {
    const shop = await open(ABC);
    await configure(shop);
    await shop.migrate({ to: B });
    await migrateMongo(shop, 'up');
    const step = await shop.migrate({ command: 'down', to: A });
    expect(step.outputs).toMatchObject({ 'applied-count': '2', current: A });
    expect(await line(shop, B)).toContain('PENDING');
  });

  test('keeps its own names of folder, collection and files', async () => {
    const shop = await open({
      'db/changes/20240101000000-a.cjs':
        "exports.up = (db) => db.collection('marks').insertOne({ _id: 'a' });",
      'db/changes/20240102000000-b.js': 'throw new Error("not one of them");',
    });
    await configure(shop, {
      migrationsDir: 'db/changes',
      changelogCollectionName: 'history',
      migrationFileExtension: '.cjs',
    });
    const step = await shop.migrate();
    expect(step.errors).toEqual([]);
    expect(await shop.marks()).toEqual(['a']);
    expect(await shop.changelog()).toEqual([]);
    expect(await shop.db.collection('history').countDocuments()).toBe(1);
    expect(await line(shop, '20240101000000-a.cjs')).not.toContain('PENDING');
  });

  test('with useFileHash finds what PAAL applied, and PAAL what was edited since', async () => {
    const shop = await open(ABC);
    await configure(shop, { useFileHash: true });
    await shop.migrate({ to: A });
    expect(await line(shop, A)).not.toContain('PENDING');
    await migrateMongo(shop, 'up');
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
    await shop.write({ [`migrations/${C}`]: `// edited\n${marking('c')}` });
    const step = await shop.migrate();
    expect(step.errors[0]).toContain(`${C} was edited after being applied`);
  });

  test('whose file was edited between its own down and up is not told that it was', async () => {
    const shop = await open(ABC);
    await configure(shop);
    await shop.migrate();
    await migrateMongo(shop, 'down');
    await shop.write({ [`migrations/${C}`]: marking('c, mended') });
    await migrateMongo(shop, 'up');
    await shop.write({ [`migrations/${D}`]: marking('d') });
    const step = await shop.migrate();
    expect(step.errors).toEqual([]);
    await shop.remove(`migrations/${D}`);
    // What is reverted is what was applied last, not what an earlier attempt had stored.
    expect((await shop.migrate({ command: 'down', to: B })).errors).toEqual([]);
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('with names of another form is taken over, because its changelog has them', async () => {
    const shop = await open({ 'migrations/001_init.mjs': marking('a') });
    await configure(shop);
    await migrateMongo(shop, 'up');
    await shop.write({ [`migrations/${B}`]: marking('b') });
    expect((await shop.migrate()).outputs).toMatchObject({ status: 'applied', current: B });
    expect((await shop.migrate({ command: 'down', to: '0' })).outputs.status).toBe('reverted');
    expect(await shop.marks()).toEqual([]);
  });

  test('whose configuration is broken is refused, with what is wrong in it', async () => {
    const shop = await open(ABC);
    await configure(shop, { migrationsDir: 7 });
    const step = await shop.migrate();
    expect(step.errors[0]).toMatch(/"migrate-mongo-config\.js" is wrong: .*migrationsDir/);
    const absent = await shop.migrate({ 'migrate-mongo-config': 'gone.js' });
    expect(absent.errors[0]).toContain('"gone.js" does not exist');
  });
});

describe('the driver of the repository', () => {
  test.each(['mongodb', 'mongodb-6'])('%s is the one that migrations run with', async (driver) => {
    const manifest = join(repositoryRoot, 'node_modules', driver, 'package.json');
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
    const shop = await open({
      'migrations/20240101000000-own.js': `const { MongoClient, ObjectId } = require('mongodb');
        exports.up = async (db, client, ctx) => {
          if (!(client instanceof MongoClient)) throw new Error('another driver');
          const _id = new ObjectId();
          await db.collection('things').insertMany([{ _id }, { _id: new ObjectId() }, { _id: 'text' }]);
          await ctx.checkpoint('first', _id);
          const seen = [];
          await ctx.batches({ collection: 'things' }, { size: 2 }, async (things) => {
            seen.push(...things.map((thing) => thing._id));
          });
          if (!seen.some((one) => one instanceof ObjectId && one.equals(_id))) throw new Error('another bson');
          await db.collection('marks').insertOne({ _id: String(seen.length) });
        };
        exports.down = (db) => db.collection('marks').deleteMany({});`,
    });
    await install(shop, driver);
    const dry = await shop.migrate({ 'dry-run': 'true' });
    expect(dry.errors).toEqual([]);
    expect(dry.log).toContain('insert things');
    const step = await shop.migrate();
    expect(step.errors).toEqual([]);
    expect(step.log).toContain(`with mongodb ${version} of the repository`);
    expect(await shop.marks()).toEqual(['3']);
    expect((await shop.migrate({ command: 'down' })).outputs.status).toBe('reverted');
  });
});
