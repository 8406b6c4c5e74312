import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@paal/core/clock';
import type { Checkpoint } from '@paal/core/migrate/context/checkpoints';
import { type ContextOptions, migrationContext } from '@paal/core/migrate/context/context';
import { type Db, Decimal128, Long, MongoClient, ObjectId } from 'mongodb';
import { failing } from '../mongodb-faults/fault.ts';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';
import { MIXED, storeIn } from './migrate-batches-fixture.ts';

let server: Server;
let proxy: MongodbProxy;
let client: MongoClient;
let sequence = 0;

beforeAll(async () => {
  server = await startServer();
  proxy = await startMongodbProxy(server);
  client = await MongoClient.connect(proxy.uri);
}, 300_000);

afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});

function database(): Db {
  sequence += 1;
  return client.db(`batches_${process.pid}_${Date.now()}_${sequence}`);
}

async function numbered(count: number): Promise<Db> {
  const db = database();
  const documents = Array.from({ length: count }, (_, n) => ({ _id: n as never, n }));
  await db.collection('users').insertMany(documents);
  return db;
}

/** An attempt of a migration on the database, and the lines that it logs. */
async function attempt(db: Db, options: Partial<ContextOptions> = {}) {
  const lines: string[] = [];
  const ctx = await migrationContext({
    db,
    clock: systemClock,
    signal: new AbortController().signal,
    dryRun: false,
    session: undefined,
    log: (line) => lines.push(line),
    store: storeIn(db),
    ...options,
  });
  return { ctx, lines };
}

describe('ctx.batches', () => {
  test('meets ids of every type once and in order, also when it is interrupted after each of them', async () => {
    const db = database();
    await db.collection('mixed').insertMany(MIXED.map((_id) => ({ _id: _id as never })));
    const met: unknown[] = [];
    for (let attempts = 0; met.length < MIXED.length && attempts < MIXED.length; attempts += 1) {
      const { ctx } = await attempt(db);
      let given = 0;
      await ctx
        .batches({ collection: 'mixed' }, { size: 1 }, async ([document]) => {
          given += 1;
          if (given > 1) throw new Error('interrupted');
          met.push(document?._id);
        })
        .catch(() => undefined);
    }
    expect(met).toEqual(MIXED);
    const { ctx } = await attempt(db);
    const rest = await ctx.batches({ collection: 'mixed' }, {}, async () => {});
    expect(rest).toEqual({ documents: MIXED.length, batches: MIXED.length });
  });

  test('with mixed ids ends with the one that was last at the start', async () => {
    const db = database();
    await db
      .collection('mixed')
      .insertMany(MIXED.slice(0, 9).map((_id) => ({ _id: _id as never })));
    const { ctx } = await attempt(db);
    const met: unknown[] = [];
    await ctx.batches({ collection: 'mixed', until: 'start' }, { size: 4 }, async (documents) => {
      met.push(...documents.map(({ _id }) => _id));
    });
    expect(met).toEqual(MIXED.slice(0, 9));
  });

  test('with until: start does not meet what the migration itself inserts, after an interruption neither', async () => {
    const db = await numbered(10);
    const users = db.collection<{ _id: number }>('users');
    const source = { collection: 'users', until: 'start' } as const;
    const met: unknown[] = [];
    let fails = true;
    const work = async (documents: readonly { _id?: unknown }[]): Promise<void> => {
      if (fails && met.length === 4) throw new Error('interrupted');
      met.push(...documents.map(({ _id }) => _id));
      await users.insertMany(documents.map(({ _id }) => ({ _id: Number(_id) + 1_000 })));
    };
    await expect((await attempt(db)).ctx.batches(source, { size: 4 }, work)).rejects.toThrow();
    fails = false;
    const totals = await (await attempt(db)).ctx.batches(source, { size: 4 }, work);
    expect(met).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(totals).toEqual({ documents: 10, batches: 3 });
    expect(await users.countDocuments()).toBe(20);
  });

  test('gives the documents of a filter, with the fields of a projection', async () => {
    const db = await numbered(20);
    const { ctx } = await attempt(db);
    const met: unknown[] = [];
    const source = {
      collection: 'users',
      filter: { n: { $gte: 15 } },
      projection: { n: 1, _id: 0 },
    };
    const totals = await ctx.batches(source, { size: 2 }, async (documents, { index }) => {
      met.push([index, ...documents]);
    });
    expect(met).toEqual([
      [0, { _id: 15, n: 15 }, { _id: 16, n: 16 }],
      [1, { _id: 17, n: 17 }, { _id: 18, n: 18 }],
      [2, { _id: 19, n: 19 }],
    ]);
    expect(totals).toEqual({ documents: 5, batches: 3 });
  });

  test('goes by another field that has a unique index, and refuses one that has none', async () => {
    const db = await numbered(6);
    const users = db.collection('users');
    const { ctx } = await attempt(db);
    const byN = { collection: 'users', orderBy: 'n' };
    await expect(ctx.batches(byN, { key: 'a' }, async () => {})).rejects.toThrow(
      'cannot walk users by "n": that needs a unique index',
    );
    await users.createIndex({ n: 1 }, { unique: true });
    const met: unknown[] = [];
    await ctx.batches(byN, { key: 'b', size: 4 }, async (documents) => {
      met.push(documents.map(({ n }) => n));
    });
    expect(met).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
  });

  test.each([
    [
      'the server has forgotten the cursor',
      { code: 43, codeName: 'CursorNotFound', errmsg: 'cursor id 7 not found' },
    ],
    [
      'another member is primary',
      { code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
    ],
  ])('goes on behind its last batch when %s', async (_, error) => {
    const db = await numbered(25);
    const { ctx, lines } = await attempt(db);
    const fault = proxy.inject(failing(error), { command: 'getMore', times: 2 });
    const met: unknown[] = [];
    await ctx.batches({ collection: 'users' }, { size: 5 }, async (documents) => {
      met.push(...documents.map(({ n }) => n));
    });
    fault.off();
    expect(fault.hits).toBe(2);
    expect(met).toEqual(Array.from({ length: 25 }, (__, n) => n));
    expect(lines[0]).toContain(`users: reading broke off (${error.errmsg}), and goes on`);
  });

  test('stops between two batches when the run is cancelled, and goes on from there the next time', async () => {
    const db = await numbered(9);
    const cancel = new AbortController();
    const { ctx } = await attempt(db, { signal: cancel.signal });
    const met: unknown[] = [];
    const work = async (documents: readonly { n?: unknown }[]): Promise<void> => {
      cancel.abort(new Error('cancelled'));
      met.push(...documents.map(({ n }) => n));
    };
    await expect(ctx.batches({ collection: 'users' }, { size: 3 }, work)).rejects.toThrow(
      'cancelled',
    );
    expect(met).toEqual([0, 1, 2]);
    const { ctx: next, lines } = await attempt(db);
    const totals = await next.batches({ collection: 'users' }, { size: 3 }, work);
    expect(met).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(totals).toEqual({ documents: 9, batches: 3 });
    expect(lines[0]).toBe('users: goes on behind the 3 documents that are done');
  });

  test('tells how far it is every five seconds, and keeps to its throttle', async () => {
    const db = await numbered(100);
    let now = 0;
    const clock: Clock = {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    };
    const { ctx, lines } = await attempt(db, { clock });
    const seen: number[] = [];
    await ctx.batches(
      { collection: 'users' },
      {
        size: 10,
        throttle: { documentsPerSecond: 5 },
        onBatch: ({ documents }) => seen.push(documents),
      },
      async () => {},
    );
    expect(now).toBe(20_000);
    expect(seen).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(lines).toEqual([
      'users: 40 documents, 6.7/s, 40 %, about 9 s left',
      'users: 70 documents, 5.8/s, 70 %, about 5.1 s left',
      'users: 100 documents, 5.6/s',
      'users: 100 documents done, 20 s',
    ]);
  });

  test('shows a dry run the first batch, and keeps nothing of it', async () => {
    const db = await numbered(9);
    const { ctx, lines } = await attempt(db, { dryRun: true });
    let given = 0;
    await ctx.batches({ collection: 'users' }, { size: 3 }, async (documents) => {
      given += documents.length;
    });
    expect(given).toBe(3);
    expect(lines).toEqual(['users: 3 documents in the first batch; a dry run gives no more']);
    expect(await db.collection('records').countDocuments()).toBe(0);
  });

  test('refuses a second walk that it could not tell from the first', async () => {
    const db = await numbered(3);
    const { ctx } = await attempt(db);
    await ctx.batches({ collection: 'users' }, {}, async () => {});
    await expect(ctx.batches({ collection: 'users' }, {}, async () => {})).rejects.toThrow(
      'walks "users" a second time',
    );
    const again = await ctx.batches({ collection: 'users' }, { key: 'again' }, async () => {});
    expect(again.documents).toBe(3);
  });

  test('of an empty collection, or one that is not there, does nothing', async () => {
    const db = database();
    const { ctx } = await attempt(db);
    const never = async (): Promise<void> => {
      throw new Error('called');
    };
    const nothing = { documents: 0, batches: 0 };
    expect(await ctx.batches({ collection: 'users' }, {}, never)).toEqual(nothing);
    const bounded = { collection: 'others', until: 'start' } as const;
    expect(await ctx.batches(bounded, {}, never)).toEqual(nothing);
  });
});

describe('ctx.checkpoint', () => {
  test('keeps values with their types until an attempt resumes', async () => {
    const db = database();
    const { ctx } = await attempt(db);
    const value = {
      id: new ObjectId(),
      at: new Date(5),
      count: Long.fromNumber(7),
      text: 'x',
      list: [1, 2.5, null],
    };
    await ctx.checkpoint('a.b$', value);
    expect(ctx.resumed('a.b$')).toEqual(value);
    const { ctx: next } = await attempt(db);
    expect(next.resumed('a.b$')).toEqual(value);
    expect(next.resumed('other')).toBeUndefined();
  });

  test('hands the store a decimal as it is', async () => {
    // FerretDB does not store decimals.
    const saved: Checkpoint[] = [];
    const store = {
      load: async () => ({}),
      save: async (checkpoint: Checkpoint) => void saved.push(checkpoint),
    };
    const { ctx } = await attempt(database(), { store });
    const price = Decimal128.fromString('1.10');
    await ctx.checkpoint('price', price);
    expect(saved).toEqual([{ values: [{ key: 'price', value: price }], walks: [] }]);
  });
});
