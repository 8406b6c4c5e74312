import { describe, expect, test } from '@jest/globals';
import { dryRuns } from '../mongodb-dry-run/ground.ts';
import { REPLICA_SET, type rehearse } from '../mongodb-dry-run/rehearsal.ts';

const { ground, linesOf } = dryRuns();

describe.each([7, 6] as const)('a dry run with the driver mongodb %d', (driver) => {
  test('shows inserts, updates and deletions with the documents that they meet', async () => {
    const lines = await linesOf(
      async (db) => {
        const users = db.collection<{ _id: number; legacy: boolean }>('users');
        const inserted = await db.collection('roles').insertMany([{ a: 1 }, { a: 2 }, { a: 3 }]);
        expect(inserted.insertedCount).toBe(3);
        const many = await users.updateMany({ legacy: true }, { $unset: { legacy: '' } });
        expect(many).toMatchObject({ matchedCount: 40, modifiedCount: 40, upsertedCount: 0 });
        expect(await users.updateOne({ _id: 999 }, { $set: { legacy: true } })).toMatchObject({
          matchedCount: 0,
        });
        const upsert = await users.updateOne(
          { _id: 1000 },
          { $set: { legacy: false } },
          { upsert: true },
        );
        expect(upsert).toMatchObject({ matchedCount: 0, upsertedCount: 1, upsertedId: 1000 });
        await users.replaceOne({ _id: 7 }, { legacy: false });
        expect((await users.deleteOne({ legacy: true })).deletedCount).toBe(1);
        expect((await users.deleteMany({})).deletedCount).toBe(250);
      },
      { driver },
    );
    expect(lines).toEqual([
      expect.stringMatching(
        /^insert roles \{"a":1,"_id":\{"\$oid":.*\} \{"a":2,.*\} …: 3 documents$/,
      ),
      'updateMany users filter {"legacy":true} update {"$unset":{"legacy":""}}: 40 documents',
      'updateOne users filter {"_id":999} update {"$set":{"legacy":true}}: 0 documents',
      'updateOne users filter {"_id":1000} update {"$set":{"legacy":false}} upsert: 1 document; the filter matches none, and one would be inserted',
      'replaceOne users filter {"_id":7} update {"legacy":false}: 1 document',
      'deleteOne users filter {"legacy":true}: 1 document; the filter matches 40, and the first is taken',
      'deleteMany users filter {}: 250 documents',
    ]);
  });

  test('follows a loop over a cursor of several batches, and shows it on one line', async () => {
    const lines = await linesOf(
      async (db) => {
        const users = db.collection('users');
        for await (const user of users.find({}, { batchSize: 50 })) {
          const to = `${user.email}`.toUpperCase();
          const { modifiedCount } = await users.updateOne(
            { _id: user._id },
            { $set: { email: to } },
          );
          expect(modifiedCount).toBe(1);
        }
      },
      { driver },
    );
    expect(lines).toEqual([
      '250 × updateOne users filter {"_id":0} update {"$set":{"email":"USER0@SHOP.EXAMPLE"}}: 250 documents',
    ]);
  });

  test('runs a bulkWrite, and findOneAndUpdate is given the document that is there', async () => {
    const lines = await linesOf(
      async (db) => {
        const orders = db.collection('orders');
        const result = await orders.bulkWrite([
          { insertOne: { document: { total: 9 } } },
          { updateMany: { filter: { total: { $gt: 1 } }, update: { $inc: { total: 1 } } } },
          { deleteMany: { filter: { total: 1 } } },
        ]);
        expect(result).toMatchObject({ insertedCount: 1, matchedCount: 2, deletedCount: 1 });
        const found = await orders.findOneAndUpdate(
          { total: 3 },
          { $set: { total: 4 } },
          { includeResultMetadata: false },
        );
        expect(found?.total).toBe(3);
        const counter = await orders.findOneAndUpdate(
          { _id: 'seq' as never },
          { $inc: { n: 1 } },
          { upsert: true, returnDocument: 'after', includeResultMetadata: false },
        );
        expect(counter).toMatchObject({ _id: 'seq', n: 1 });
        expect(await orders.findOneAndDelete({ total: 77 })).toBeNull();
      },
      { driver },
    );
    expect(lines.slice(1)).toEqual([
      'updateMany orders filter {"total":{"$gt":1}} update {"$inc":{"total":1}}: 2 documents',
      'deleteMany orders filter {"total":1}: 1 document',
      'findAndModify orders filter {"total":3} update {"$set":{"total":4}}: 1 document',
      'findAndModify orders filter {"_id":"seq"} update {"$inc":{"n":1}} upsert: 1 document; the filter matches none, and one would be inserted',
      'findAndModify orders filter {"total":77} remove: 0 documents',
    ]);
  });

  test('runs a transaction on a replica set, and is refused one elsewhere as by the server', async () => {
    const migration: Parameters<typeof rehearse>[1] = async (db, client) => {
      const session = client.startSession();
      try {
        await session.withTransaction(async () => {
          const orders = db.collection('orders');
          for (const { _id } of await orders.find({}, { session }).toArray()) {
            await orders.updateOne({ _id }, { $set: { paid: true } }, { session });
          }
        });
      } finally {
        await session.endSession();
      }
    };
    expect(await linesOf(migration, { driver, hello: REPLICA_SET })).toEqual([
      expect.stringMatching(
        /^3 × updateOne orders filter .* \{"\$set":\{"paid":true\}\}: 3 documents$/,
      ),
    ]);
    await expect(linesOf(migration, { driver })).rejects.toThrow(
      'Transaction numbers are only allowed on a replica set member or mongos',
    );
  });

  test('says that the writes of a transaction that was aborted would be undone', async () => {
    const lines = await linesOf(
      async (db, client) => {
        const session = client.startSession();
        session.startTransaction();
        await db.collection('orders').deleteMany({}, { session });
        await session.abortTransaction();
        await session.endSession();
      },
      { driver, hello: REPLICA_SET },
    );
    expect(lines).toEqual([
      'deleteMany orders filter {}: 3 documents',
      'abortTransaction admin: the writes of its transaction, listed before it, would be undone',
    ]);
  });
});

describe('a dry run', () => {
  test('says what indexes would meet: duplicates, expired documents, an index that is there', async () => {
    const lines = await linesOf(async (db) => {
      const users = db.collection('users');
      expect(await users.createIndex({ email: 1 }, { unique: true })).toBe('email_1');
      await users.createIndex({ seen: 1 }, { expireAfterSeconds: 24 * 3600 * 200 });
      await db.collection('orders').createIndex({ total: 1 }, { unique: true });
      await users.createIndex({ _id: 1 });
      await users.dropIndex('absent_1');
    });
    expect(lines).toEqual([
      'createIndexes users {"email":1} {"unique":true}: 2 values occur more than once now: unless that is mended before, this fails',
      'createIndexes users {"seen":1} {"expireAfterSeconds":17280000}: 165 documents have expired now, and would be deleted within minutes',
      'createIndexes orders {"total":1} {"unique":true}: no duplicates now',
      'createIndexes users {"_id":1}: an index of this name or key exists now',
      'dropIndexes users absent_1: there is no index absent_1 now',
    ]);
  });

  test('shows what becomes of collections and databases', async () => {
    const lines = await linesOf(async (db, client) => {
      await db.createCollection('invoices', { capped: true, size: 1024 });
      await db.createCollection('users');
      await db.collection('users').rename('orders', { dropTarget: true });
      await db.collection('orders').rename('bills');
      await db.collection('orders').drop();
      await db.command({ collMod: 'users', validator: { legacy: false } });
      await client.db('other').dropDatabase();
      await db.dropDatabase();
    });
    expect(lines).toEqual([
      'create invoices {"capped":true,"size":1024}',
      'create users: it exists now: unless it is dropped before, this fails',
      'renameCollection users to orders dropTarget: 250 documents; the 3 documents of orders would be lost',
      'renameCollection orders to bills: 3 documents',
      'drop orders: 3 documents',
      'collMod users {"validator":{"legacy":false}}: 40 documents are against the new validator now',
      'dropDatabase other: 0 documents; with all of its 0 collections',
      expect.stringMatching(/^dropDatabase: \d+ documents; with all of its 2 collections$/),
    ]);
  });

  test('counts what an aggregation would write', async () => {
    const lines = await linesOf(async (db) => {
      const users = db.collection('users');
      const out = [{ $match: { legacy: true } }, { $out: 'archive' }];
      expect(await users.aggregate(out).toArray()).toEqual([]);
      expect(await users.aggregate([{ $match: { legacy: true } }, { $count: 'n' }]).next()).toEqual(
        { n: 40 },
      );
    });
    expect(lines).toEqual([
      'aggregate users {"$out":"archive"} of [{"$match":{"legacy":true}}]: 40 documents',
    ]);
  });

  test('takes the bulkWrite of a client on MongoDB 8', async () => {
    const lines = await linesOf(
      async (_, client) => {
        const result = await client.bulkWrite(
          [
            { name: 'insertOne', namespace: 'shop.users', document: { _id: 5 as never } },
            {
              name: 'updateMany',
              namespace: 'shop.users',
              filter: { legacy: true },
              update: { $set: { legacy: false } },
            },
            {
              name: 'updateOne',
              namespace: 'shop.orders',
              filter: { total: 70 },
              update: { $set: { x: 1 } },
              upsert: true,
            },
            { name: 'deleteOne', namespace: 'shop.orders', filter: { total: 1 } },
          ],
          { verboseResults: true },
        );
        expect(result).toMatchObject({
          insertedCount: 1,
          matchedCount: 40,
          upsertedCount: 1,
          deletedCount: 1,
        });
        expect(result.updateResults?.get(1)).toMatchObject({ matchedCount: 40, modifiedCount: 40 });
      },
      { hello: REPLICA_SET },
    );
    expect(lines).toEqual([
      'insert users {"_id":5}: 1 document; 1 of the _ids exist now: unless they are deleted before, this fails',
      'updateMany users filter {"legacy":true} update {"$set":{"legacy":false}}: 40 documents',
      'updateOne orders filter {"total":70} update {"$set":{"x":1}} upsert: 1 document; the filter matches none, and one would be inserted',
      'deleteOne orders filter {"total":1}: 1 document',
    ]);
  });

  test('forwards what only reads, and its errors as the server gives them', async () => {
    const lines = await linesOf(async (db, client) => {
      expect(await db.collection('users').countDocuments({ legacy: true })).toBe(40);
      expect(await db.collection('users').distinct('legacy')).toEqual(
        expect.arrayContaining([true, false]),
      );
      expect((await db.listCollections().toArray()).map(({ name }) => name).sort()).toEqual([
        'orders',
        'users',
      ]);
      expect(await db.collection('users').indexes()).toHaveLength(1);
      expect((await db.admin().buildInfo()).version).toBe(
        (await ground().client.db().admin().buildInfo()).version,
      );
      expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
      await expect(db.collection('users').findOne({ $nonsense: 1 })).rejects.toMatchObject({
        name: 'MongoServerError',
        code: 2,
      });
    });
    expect(lines).toEqual(['no writes']);
  });

  test('looks at a large bulk write in one, and tells the documents that are not there', async () => {
    const lines = await linesOf(async (db) => {
      const updates = Array.from({ length: 400 }, (_, index) => ({
        updateOne: { filter: { _id: index as never }, update: { $set: { a: index } } },
      }));
      const result = await db
        .collection('users')
        .bulkWrite([
          ...updates,
          { deleteOne: { filter: { _id: 3 as never } } },
          { deleteOne: { filter: { _id: 300 as never } } },
        ]);
      expect(result).toMatchObject({ matchedCount: 250, modifiedCount: 250, deletedCount: 1 });
    });
    expect(lines).toEqual([
      '400 × updateOne users filter {"_id":0} update {"$set":{"a":0}}: 250 documents',
      '2 × deleteOne users filter {"_id":3}: 1 document',
    ]);
  });
});
