import { describe, expect, test } from '@jest/globals';
import { dryRunLines } from '@paal/core/migrate/dry-run/shown-lines';
import { MongoClient } from 'mongodb';
import { dryRuns } from '../mongodb-dry-run/ground.ts';
import { bson6, DRIVERS, rehearse } from '../mongodb-dry-run/rehearsal.ts';

const { server, ground, linesOf } = dryRuns();

describe('a dry run', () => {
  test('records commands that it does not know, sends none, and shows no secret', async () => {
    const lines = await linesOf(async (db, client) => {
      await db.command({ createUser: 'app', pwd: 'topsecret', roles: ['readWrite'] });
      await client.db('admin').command({ shutdown: 1, comment: 'hunter2' });
      await db
        .collection('orders')
        .updateMany({ token: 'abc' }, { $set: { 'login.password': 'abc' } });
      await db
        .collection('orders')
        .updateMany({ token: { $exists: false } }, [{ $set: { token: '$total' } }]);
    });
    expect(lines).toEqual([
      'createUser app {"pwd":"***","roles":["readWrite"]}: not known to the dry run, answered as done',
      'shutdown admin {"comment":"***"}: not known to the dry run, answered as done',
      'updateMany orders filter {"token":"***"} update {"$set":{"login.password":"***"}}: 0 documents',
      'updateMany orders filter {"token":{"$exists":false}} update [{"$set":{"token":"$total"}}]: 3 documents',
    ]);
    expect(await ground().client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  test("reaches the real server by a repository's own driver of another major version", async () => {
    const client = await new DRIVERS[6](server().uri).connect();
    try {
      const recorded = await rehearse(
        { client, db: client.db('shop') },
        async (db) => {
          const orders = db.collection('orders');
          for (const { _id } of await orders.find().toArray()) await orders.deleteOne({ _id });
        },
        { driver: 6, bson: bson6() },
      );
      expect(dryRunLines(recorded, 'shop')).toEqual([
        expect.stringMatching(/^3 × deleteOne orders filter .*: 3 documents$/),
      ]);
    } finally {
      await client.close();
    }
  });

  test('takes writes whose answer nobody waits for', async () => {
    const lines = await linesOf(async (db) => {
      await db.collection('orders').deleteMany({}, { writeConcern: { w: 0 } });
      await db.collection('orders').findOne();
    });
    expect(lines).toEqual(['deleteMany orders filter {}: 3 documents']);
  });

  test('ends a migration that waits for what it writes', async () => {
    const loop = linesOf(async (db) => {
      let modified = 1;
      while (modified > 0) {
        const users = db.collection('users');
        ({ modifiedCount: modified } = await users.updateMany(
          { legacy: true },
          { $set: { legacy: false } },
        ));
      }
    });
    await expect(loop).rejects.toThrow('The same update came 100 times in a row');
  });

  test('ends one that moves documents in batches until none are left', async () => {
    const loop = linesOf(async (db) => {
      for (;;) {
        const some = await db.collection('orders').find().limit(2).toArray();
        if (some.length === 0) return;
        await db.collection('archive').insertMany(some.map(({ total }) => ({ total })));
        await db.collection('orders').deleteMany({ _id: { $in: some.map(({ _id }) => _id) } });
      }
    });
    await expect(loop).rejects.toThrow('The same delete came 100 times in a row');
  });

  test('says why it does not know what a write would find', async () => {
    const lines = await linesOf(async (db) => {
      await db.collection('orders').updateMany({ $nonsense: 1 }, { $set: { a: 1 } });
      await db.collection('orders').findOneAndDelete({ $nonsense: 1 });
    });
    expect(lines).toEqual([
      expect.stringMatching(/^updateMany orders filter .*: not counted: .*\$nonsense/),
      expect.stringMatching(/^findAndModify orders filter .*: not looked up: .*\$nonsense/),
    ]);
  });

  test('keeps so many writes and counts the others', async () => {
    const lines = await linesOf(
      async (db) => {
        for (let index = 0; index < 30; index += 1)
          await db.collection('logs').insertOne({ index });
      },
      { mostWrites: 10 },
    );
    expect(lines).toEqual([expect.stringMatching(/^10 × insert logs /), '… and 20 writes more']);
  });

  test('ends with its signal, and what still waits for it fails', async () => {
    const abort = new AbortController();
    const run = linesOf(
      async (db) => {
        await db.collection('orders').insertOne({ total: 4 });
        abort.abort(new Error('cancelled'));
        await db.collection('orders').insertOne({ total: 5 });
      },
      { signal: abort.signal },
    );
    await expect(run).rejects.toThrow(/ECONNREFUSED|closed|not connected/i);
  });

  test('answers nobody who does not have its own uri', async () => {
    await linesOf(async (_db, _client, { uri }) => {
      const stranger = new MongoClient(uri.replace(/&appName=.*/, ''), {
        serverSelectionTimeoutMS: 200,
      });
      await expect(stranger.db('shop').collection('users').findOne()).rejects.toThrow(
        'belongs to a dry run',
      );
      await stranger.close();
    });
  });
});
