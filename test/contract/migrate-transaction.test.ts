import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@paal/core/clock';
import { migrationContext } from '@paal/core/migrate/context/context';
import { runInTransaction } from '@paal/core/migrate/transaction';
import { type ClientSession, type Db, MongoClient } from 'mongodb';
import { failing, type Injection, loseAnswer } from '../mongodb-faults/fault.ts';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';

let server: Server;
let proxy: MongodbProxy;
let client: MongoClient;
let sequence = 0;
let faults: Injection[] = [];

beforeAll(async () => {
  server = await startServer();
  proxy = await startMongodbProxy({ ...server, replicaSet: !server.isGiven });
  client = await MongoClient.connect(proxy.uri, { monitorCommands: true });
}, 300_000);

afterEach(() => {
  for (const fault of faults) fault.off();
  faults = [];
});

afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});

function database(): Db {
  sequence += 1;
  return client.db(`transaction_${process.pid}_${Date.now()}_${sequence}`);
}

async function run(
  work: (session: ClientSession) => Promise<void>,
  { clock = systemClock, signal = new AbortController().signal } = {},
): Promise<void> {
  await runInTransaction(client, work, { clock, signal, ownCollections: ['paal_migrations'] });
}

const count = async (db: Db, name: string) => await db.collection(name).countDocuments();

describe('a migration in a transaction', () => {
  test('has all that it wrote, and its row, when it has ended', async () => {
    const db = database();
    await run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
      expect(await count(db, 'users')).toBe(0);
      await db.collection('changelog').insertOne({ fileName: 'a' }, { session });
    });
    expect([await count(db, 'users'), await count(db, 'changelog')]).toEqual([1, 1]);
  });

  test('has nothing of it when it fails', async () => {
    const db = database();
    const failed = run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
      throw new Error('mine');
    });
    await expect(failed).rejects.toThrow(/^mine$/);
    expect(await count(db, 'users')).toBe(0);
  });

  test('walks in batches with its session, and keeps no place that would outlast what it wrote', async () => {
    const db = database();
    await db.collection('users').insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const saved: unknown[] = [];
    const store = {
      load: async () => ({}),
      save: async (checkpoint: unknown) => void saved.push(checkpoint),
    };
    const migrate = async (session: ClientSession, fails: boolean): Promise<void> => {
      const ctx = await migrationContext({
        db,
        clock: systemClock,
        signal: new AbortController().signal,
        dryRun: false,
        session,
        log: () => {},
        store,
      });
      await ctx.checkpoint('a', 1);
      await ctx.batches({ collection: 'users' }, { size: 2 }, async (documents, batch) => {
        await db
          .collection('done')
          .insertMany([...documents], batch.session ? { session: batch.session } : {});
      });
      if (fails) throw new Error('mine');
    };
    await expect(run((session) => migrate(session, true))).rejects.toThrow(/^mine$/);
    expect(await count(db, 'done')).toBe(0);
    await run((session) => migrate(session, false));
    expect(await count(db, 'done')).toBe(3);
    expect(saved).toEqual([]);
  });

  test('is begun again when the server took it back', async () => {
    const db = database();
    faults.push(
      proxy.inject(
        failing({
          code: 112,
          codeName: 'WriteConflict',
          errmsg: 'conflict',
          errorLabels: ['TransientTransactionError'],
        }),
        { command: 'insert', collection: 'users', times: 2 },
      ),
    );
    let calls = 0;
    await run(async (session) => {
      calls += 1;
      await db.collection('users').insertOne({ n: 1 }, { session });
    });
    expect([calls, await count(db, 'users')]).toEqual([3, 1]);
  });

  test('is not begun again when only the answer to its commit was lost', async () => {
    const db = database();
    faults.push(proxy.inject(loseAnswer(), { command: 'commitTransaction', times: 1 }));
    let calls = 0;
    await run(async (session) => {
      calls += 1;
      await db.collection('users').insertOne({ n: 1 }, { session });
    });
    expect([calls, await count(db, 'users')]).toEqual([1, 1]);
  });

  test('is not begun again once the run is cancelled', async () => {
    const db = database();
    const cancel = new AbortController();
    faults.push(
      proxy.inject(
        failing({ code: 112, errmsg: 'conflict', errorLabels: ['TransientTransactionError'] }),
        {
          command: 'insert',
        },
      ),
    );
    const cancelled = run(
      async (session) => {
        cancel.abort(new Error('cancelled'));
        await db.collection('users').insertOne({ n: 1 }, { session });
      },
      { signal: cancel.signal },
    );
    await expect(cancelled).rejects.toThrow(/^cancelled$/);
  });

  test('that took longer than the server allows is not begun again, and is told of the limit', async () => {
    const db = database();
    let now = 0;
    const clock: Clock = { ...systemClock, now: () => now };
    faults.push(
      proxy.inject(
        failing({
          code: 251,
          codeName: 'NoSuchTransaction',
          errmsg: 'Transaction 1 has been aborted.',
          errorLabels: ['TransientTransactionError'],
        }),
        { command: ['update', 'commitTransaction'] },
      ),
    );
    for (const last of ['update', 'commit']) {
      let calls = 0;
      const failed = run(
        async (session) => {
          calls += 1;
          await db.collection('users').insertOne({ n: 1 }, { session });
          now += 61_000;
          if (last === 'update')
            await db.collection('users').updateOne({}, { $set: { a: 1 } }, { session });
        },
        { clock },
      );
      await expect(failed).rejects.toThrow(
        /longer than the server allows, 60 s unless its transactionLifetimeLimitSeconds/,
      );
      expect(calls).toBe(1);
    }
    expect(await count(db, 'users')).toBe(0);
  });

  test('whose commit has no outcome says that the next run finds out', async () => {
    const db = database();
    faults.push(
      proxy.inject(
        failing({
          code: 50,
          codeName: 'MaxTimeMSExpired',
          errmsg: 'time limit',
          errorLabels: ['UnknownTransactionCommitResult'],
        }),
        { command: 'commitTransaction' },
      ),
    );
    const failed = run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
    });
    await expect(failed).rejects.toThrow(
      /Whether the transaction was committed is unknown: time limit.*run this again/,
    );
  });

  test('that does what no transaction can hold is told to run without', async () => {
    const db = database();
    faults.push(
      proxy.inject(
        failing({
          code: 263,
          codeName: 'OperationNotSupportedInTransaction',
          errmsg: 'Cannot run dropIndexes in a multi-document transaction.',
        }),
        {
          command: 'dropIndexes',
        },
      ),
    );
    const failed = run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
      await db.collection('users').dropIndex('a', { session });
    });
    await expect(failed).rejects.toThrow(
      /no transaction can hold: Cannot run dropIndexes.*without a transaction/,
    );
  });
});

describe('a write that forgets the session', () => {
  test('fails the migration with its name and the cure, and takes the rest back', async () => {
    const db = database();
    const failed = run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
      await db.collection('audit').insertOne({ n: 1 });
      await db.collection('users').insertOne({ n: 2 }, { session });
    });
    await expect(failed).rejects.toThrow(
      'wrote outside of its transaction: insert into "audit". That is done already and stays',
    );
    await expect(failed).rejects.toThrow(
      'Pass { session: ctx.session } to every call that writes.',
    );
    expect([await count(db, 'users'), await count(db, 'audit')]).toEqual([0, 1]);
  });

  test('leaves no later write with the session outside of the transaction', async () => {
    const db = database();
    let error: unknown;
    const failed = run(async (session) => {
      await db.collection('audit').insertOne({ n: 1 });
      // By now the transaction is over.
      for (let n = 0; error === undefined && n < 1_000; n += 1) {
        await db
          .collection('users')
          .insertOne({ n }, { session })
          .catch((reason) => {
            error = reason;
          });
      }
    });
    await expect(failed).rejects.toThrow('insert into "audit"');
    expect(String(error)).toMatch(/session/i);
    expect(await count(db, 'users')).toBe(0);
  });

  test('does not wait for what the transaction itself holds', async () => {
    const db = database();
    const held = Promise.withResolvers<void>();
    const failed = run(
      async (session) => {
        await db.collection('users').insertOne({ n: 1 }, { session });
        await db.collection('audit').insertOne({ n: 1 });
        await held.promise;
      },
      { clock: { ...systemClock, sleep: async () => {} } },
    );
    await expect(failed).rejects.toThrow('insert into "audit"');
    held.resolve();
  });

  test('is none when it is of the run itself, or a read', async () => {
    const db = database();
    await run(async (session) => {
      await db.collection('users').insertOne({ n: 1 }, { session });
      await db.collection('paal_migrations').insertOne({ n: 1 });
      await db.collection('users').findOne({});
    });
    expect(await count(db, 'users')).toBe(1);
  });
});
