import type { Db } from 'mongodb';
import type { Bench, Figure } from './benchmark.ts';
import {
  type MigrateGround,
  migrateMongo,
  paal,
  repositoryWith,
  type Taken,
} from './migrate-ground.ts';

const DOCUMENTS = 1_000_000;
const SIZE = 1_000;
const MOST_MEMORY = 300;
const FILE = '20240101000000-full-name.mjs';

/** What is done with a batch: on a FerretDB a copy, because its updates take time by the collection's size. */
function writes(isMongodb: boolean): string {
  return isMongodb
    ? `db.collection('users').bulkWrite(batch.map((user) => ({ updateOne: {
         filter: { _id: user._id }, update: { $set: { name: user.first + ' ' + user.last } } } })))`
    : `db.collection('people').bulkWrite(batch.map((user) => ({ insertOne: {
         document: { ...user, name: user.first + ' ' + user.last } } })))`;
}

const OURS = (write: string): string => `
export async function up(db, client, ctx) {
  await ctx.batches({ collection: 'users' }, { size: ${SIZE} }, async (batch) => {
    await ${write};
  });
}
`;

const PLAIN = (write: string): string => `
export async function up(db) {
  let batch = [];
  for await (const user of db.collection('users').find()) {
    batch.push(user);
    if (batch.length === ${SIZE}) {
      await ${write};
      batch = [];
    }
  }
  if (batch.length > 0) await ${write};
}
`;

async function seed(db: Db, count: number, signal: AbortSignal): Promise<void> {
  for (let first = 0; first < count; first += SIZE) {
    signal.throwIfAborted();
    const length = Math.min(SIZE, count - first);
    await db.collection('users').insertMany(
      Array.from({ length }, (_, index) => ({
        first: `First ${first + index}`,
        last: 'Last',
        email: `user${first + index}@example.com`,
        address: { city: 'Oslo', zip: '0150' },
      })),
    );
  }
}

async function measure(
  bench: Bench,
  ground: MigrateGround,
  count: number,
  name: 'paal' | 'mongo',
): Promise<Taken> {
  const db = ground.database(`batches_${name}`);
  bench.say(`migrate: ${name}: ${count} documents are made`);
  await seed(db, count, ground.signal);
  const write = writes(ground.isMongodb);
  const migration = name === 'paal' ? OURS(write) : PLAIN(write);
  const workspace = await repositoryWith(ground, db.databaseName, { [FILE]: migration });
  bench.say(`migrate: ${name}: they are migrated`);
  const up = name === 'paal' ? paal : migrateMongo;
  const taken = await up(ground, workspace, db.databaseName);
  const done = await db
    .collection(ground.isMongodb ? 'users' : 'people')
    .countDocuments(ground.isMongodb ? { name: { $exists: true } } : {});
  if (done !== count) throw new Error(`${name} did ${done} of ${count}`);
  bench.say(`migrate: ${name} ${taken.seconds.toFixed(1)} s, ${taken.megabytes.toFixed(0)} MB`);
  await db.dropDatabase();
  return taken;
}

/** A million documents through ctx.batches, beside a cursor and bulkWrite with migrate-mongo. */
export async function manyDocuments(
  bench: Bench,
  ground: MigrateGround,
): Promise<readonly Figure[]> {
  const count = bench.documents ?? DOCUMENTS;
  const theirs = await measure(bench, ground, count, 'mongo');
  const ours = await measure(bench, ground, count, 'paal');
  const of = `${count.toLocaleString('en-US')} documents`;
  return [
    {
      what: `${of} ${ground.isMongodb ? 'updated' : 'copied'} by ctx.batches`,
      value: ours.seconds,
      unit: 's',
      beside: [{ name: 'migrate-mongo', value: theirs.seconds }],
    },
    { what: `${of}, beside migrate-mongo`, value: ours.seconds / theirs.seconds, unit: '×' },
    {
      what: `${of}: memory at most`,
      value: ours.megabytes,
      unit: 'MB',
      budget: MOST_MEMORY,
      beside: [{ name: 'migrate-mongo', value: theirs.megabytes }],
    },
  ];
}
