import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import {
  type Fault,
  failing,
  loseAnswer,
  NOT_WRITABLE_PRIMARY,
  PRIMARY_STEPPED_DOWN,
  reset,
  type Scope,
  stall,
} from '../mongodb-faults/fault.ts';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';

let server: Server;
let direct: MongoClient;
let plain: MongodbProxy;
let replicaSet: MongodbProxy;
const cleanUp: (() => unknown)[] = [];
let sequence = 0;

beforeAll(async () => {
  server = await startServer();
  direct = await MongoClient.connect(server.uri);
  plain = await startMongodbProxy(server);
  replicaSet = await startMongodbProxy({ ...server, replicaSet: true });
}, 600_000);

afterEach(async () => {
  for (const work of cleanUp.splice(0)) await work();
});

afterAll(async () => {
  await direct?.close();
  await plain?.stop();
  await replicaSet?.stop();
  await server?.stop();
});

function inject(proxy: MongodbProxy, fault: Fault, scope?: Scope) {
  const injection = proxy.inject(fault, scope);
  cleanUp.push(() => injection.off());
  return injection;
}

/** A database of the test's own, through a proxy and past it. */
async function database(
  proxy: MongodbProxy,
  options?: MongoClientOptions,
): Promise<{ readonly db: Db; readonly client: MongoClient; marks(): Promise<unknown[]> }> {
  sequence += 1;
  const name = `faults_${process.pid}_${Date.now()}_${sequence}`;
  const client = await MongoClient.connect(proxy.uri, options);
  cleanUp.push(async () => {
    await client.close(true);
    await direct.db(name).dropDatabase();
  });
  const marks = direct.db(name).collection('marks');
  const all = async () =>
    (await marks.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id as unknown);
  return { db: client.db(name), client, marks: all };
}

const mark = (id: string | number) => ({ _id: id as never });
const once = (command: string): Scope => ({ command, collection: 'marks', times: 1 });

describe('the proxy', () => {
  test('lets through what no fault concerns, whatever its types and size', async () => {
    const { db } = await database(plain);
    const marks = db.collection('marks');
    const [date, bytes] = [new Date(), Buffer.alloc(300_000, 7)];
    await marks.insertMany([{ ...mark(1), date, bytes, whole: 1, half: 0.5 }, mark(2), mark(3)]);
    const [first] = await marks.find({ _id: 1 as never }, { promoteBuffers: true }).toArray();
    expect(first).toEqual({ _id: 1, date, bytes, whole: 1, half: 0.5 });
    expect(await marks.find().batchSize(1).toArray()).toHaveLength(3);
    expect(plain.commands).toEqual(expect.arrayContaining(['insert', 'find', 'getMore']));
  });

  test('cuts a connection before a write has reached the server', async () => {
    const { db, marks } = await database(plain, { retryWrites: false });
    const injection = inject(plain, reset(), once('insert'));
    await expect(db.collection('marks').insertOne(mark('a'))).rejects.toThrow();
    expect(injection.hits).toBe(1);
    expect(await marks()).toEqual([]);
  });

  test('loses the answer to a write that has taken effect', async () => {
    const { db, marks } = await database(plain, { retryWrites: false });
    inject(plain, loseAnswer(), once('insert'));
    await expect(db.collection('marks').insertOne(mark('a'))).rejects.toThrow();
    expect(await marks()).toEqual(['a']);
  });

  test('holds a write back until the fault is switched off', async () => {
    const { db, marks } = await database(plain);
    const injection = inject(plain, stall('before'), once('insert'));
    const writing = db.collection('marks').insertOne(mark('a'));
    while (injection.hits === 0) await new Promise(setImmediate);
    expect(await marks()).toEqual([]);
    injection.off();
    await writing;
    expect(await marks()).toEqual(['a']);
  });

  test('answers with an error in place of the server', async () => {
    const { db, marks } = await database(plain, { retryWrites: false });
    inject(plain, failing(NOT_WRITABLE_PRIMARY), once('insert'));
    await expect(db.collection('marks').insertOne(mark('a'))).rejects.toMatchObject({
      code: 10107,
    });
    expect(await marks()).toEqual([]);
  });

  test('refuses connections, and takes them again', async () => {
    const { db, marks } = await database(plain, { serverSelectionTimeoutMS: 200 });
    await plain.refuseConnections();
    await expect(db.collection('marks').insertOne(mark('a'))).rejects.toThrow();
    await plain.acceptConnections();
    await db.collection('marks').insertOne(mark('b'));
    expect(await marks()).toContain('b');
  });
});

describe('the double of a replica set', () => {
  test.each([
    ['whose answer was lost', loseAnswer()],
    ['that did not reach the primary', reset()],
    ['that reached a member which is primary no more', failing(NOT_WRITABLE_PRIMARY)],
    ['at which the primary stepped down', failing(PRIMARY_STEPPED_DOWN)],
  ])('has a write %s repeated by the driver, and done once', async (_, fault) => {
    const { db, marks } = await database(replicaSet);
    await db.collection('counts').insertOne({ ...mark('n'), n: 0 });
    const injection = inject(replicaSet, fault, { ...once('insert') });
    await db.collection('marks').insertOne(mark('a'));
    inject(replicaSet, fault, { command: 'update', times: 1 });
    await db.collection('counts').updateOne({}, { $inc: { n: 1 } });
    expect(injection.hits).toBe(1);
    expect(await marks()).toEqual(['a']);
    expect(await db.collection('counts').findOne()).toMatchObject({ n: 1 });
  });

  test('does the writes of a transaction when it is committed, and not before', async () => {
    const { db, client, marks } = await database(replicaSet);
    await db.collection('marks').insertMany([mark('a'), mark('b')]);
    await client.withSession(async (session) => {
      await session.withTransaction(async () => {
        const all = db.collection('marks');
        const { insertedCount } = await all.insertMany([mark('c'), mark('d')], { session });
        expect(insertedCount).toBe(2);
        await all.deleteOne({ _id: 'a' as never }, { session });
        await all.updateOne({ _id: 'b' as never }, { $set: { seen: true } }, { session });
        expect(await marks()).toEqual(['a', 'b']);
      });
    });
    expect(await marks()).toEqual(['b', 'c', 'd']);
    expect(await db.collection('marks').findOne({ seen: true })).toMatchObject({ _id: 'b' });
  });

  test('forgets the writes of a transaction that is aborted', async () => {
    const { db, client, marks } = await database(replicaSet);
    const failed = client.withSession(async (session) => {
      await session.withTransaction(async () => {
        await db.collection('marks').insertOne(mark('a'), { session });
        throw new Error('a bug in the migration');
      });
    });
    await expect(failed).rejects.toThrow('a bug in the migration');
    expect(await marks()).toEqual([]);
  });

  test('commits once, although the answer to the commit was lost', async () => {
    const { db, client, marks } = await database(replicaSet);
    const injection = inject(replicaSet, loseAnswer(), { command: 'commitTransaction', times: 1 });
    await client.withSession(async (session) => {
      await session.withTransaction(async () => {
        await db.collection('marks').insertOne(mark('a'), { session });
      });
    });
    expect(injection.hits).toBe(1);
    expect(await marks()).toEqual(['a']);
  });

  test('fails the commit of a write that the server refuses', async () => {
    const { db, client } = await database(replicaSet);
    await db.collection('marks').insertOne(mark('a'));
    const session = client.startSession();
    cleanUp.unshift(() => session.endSession());
    session.startTransaction();
    await db.collection('marks').insertOne(mark('a'), { session });
    await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
  });
});
