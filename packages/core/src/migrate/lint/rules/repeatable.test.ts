import { describe, expect, test } from '@jest/globals';
import { rulesIn, rulesInUp } from '../lint.test-data.ts';

describe('non-idempotent', () => {
  test.each([
    ['$inc', 'await users.updateOne({ _id: 1 }, { $inc: { n: 1 } });'],
    ['$mul for many', "await users.updateMany({ currency: 'EUR' }, { $mul: { price: 2 } });"],
    ['$push', "await users.updateOne({ _id: 1 }, { $push: { tags: 'new' } });"],
    [
      'a marker that nobody sets',
      'await users.updateMany({ moved: { $ne: true } }, { $inc: { n: 1 } });',
    ],
    [
      'a field that is there again',
      'await users.updateMany({ n: { $exists: true } }, { $inc: { n: 1 } });',
    ],
    [
      'a pipeline that makes a field of itself',
      "await users.updateMany({ path: { $exists: true } }, [{ $set: { path: { $concat: ['/u/', '$path'] } } }]);",
    ],
    [
      'a batch, which may be given twice',
      "await ctx.batches({ collection: 'users' }, {}, async ([one]) => { await users.updateOne({ _id: one._id }, { $inc: { n: 1 } }); });",
    ],
    ['an insert', "await users.insertOne({ name: 'admin' });"],
    ['several', "await users.insertMany([{ name: 'a' }, { name: 'b' }]);"],
    ['several in a variable', "const seed = [{ name: 'a' }]; await users.insertMany(seed);"],
    [
      'a loop over what is written out',
      "for (const one of [{ name: 'a' }]) await users.insertOne(one);",
    ],
    ['a map of names', "await users.insertMany(['a', 'b'].map((name) => ({ name })));"],
    [
      'an entry of bulkWrite',
      "await users.bulkWrite([{ insertOne: { document: { name: 'a' } } }]);",
    ],
    [
      'a condition on something else',
      "if (process.env.SEED) await users.insertOne({ name: 'a' });",
    ],
  ])('%s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['non-idempotent']);
  });

  test.each([
    [
      'an upsert',
      "await users.updateOne({ name: 'a' }, { $setOnInsert: { role: 'x' } }, { upsert: true });",
    ],
    ['an _id', "await users.insertOne({ _id: 'admin', name: 'a' });"],
    ['_ids', 'await users.insertMany([{ _id: 1 }, { _id: 2 }], { ordered: false });'],
    ['$addToSet', "await users.updateOne({ _id: 1 }, { $addToSet: { tags: 'new' } });"],
    [
      'a marker',
      'await users.updateMany({ moved: { $ne: true } }, { $inc: { n: 1 }, $set: { moved: true } });',
    ],
    [
      'a pipeline that makes a field of others',
      "await users.updateMany({ a: 1 }, [{ $set: { path: { $concat: ['/u/', '$name'] } } }]);",
    ],
    [
      'a pipeline that leaves its filter',
      "await users.updateMany({ path: /^[^/]/ }, [{ $set: { path: { $concat: ['/u/', '$path'] } } }]);",
    ],
    [
      'a part of a field that changes',
      "await users.updateMany({ 'a.b': 1 }, { $push: { c: 1 }, $set: { a: {} } });",
    ],
    [
      'a value that is pushed once',
      "await users.updateMany({ tags: { $ne: 'x' } }, { $push: { tags: 'x' } });",
    ],
    ['a field that changes', 'await users.updateMany({ version: 1 }, { $inc: { version: 1 } });'],
    [
      'a look before',
      "if (!(await users.findOne({ name: 'a' }))) await users.insertOne({ name: 'a' });",
    ],
    [
      'a look in a variable',
      "const found = await users.countDocuments({ a: 1 }); if (found === 0) await users.insertOne({ name: 'a' });",
    ],
    [
      'an early return',
      "const found = await users.findOne({ name: 'a' }); if (found) return; await users.insertOne({ name: 'a' });",
    ],
    [
      'a function that looks',
      "if (await has(db, 'a')) return; await users.insertOne({ name: 'a' });",
    ],
    [
      'an error for what is there',
      "try { await users.insertOne({ name: 'a' }); } catch (error) { if (error.code !== 11000) throw error; }",
    ],
    [
      'beginning anew',
      'await users.deleteMany({ seed: true }); await users.insertMany([{ seed: true }]);',
    ],
    [
      'what the database holds',
      "for await (const one of db.collection('old').find()) await users.insertOne(one);",
    ],
    ['what comes from elsewhere', 'await users.insertMany(seed);'],
    ['a part that comes from elsewhere', "await users.insertOne({ ...base, name: 'a' });"],
    [
      'a new collection',
      "await db.createCollection('t'); await db.collection('t').insertOne({ name: 'a' });",
    ],
    [
      'a transaction',
      'await client.withSession((s) => s.withTransaction(async () => { await users.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: s }); }));',
    ],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });

  test('is not found where a unique index that was made before refuses a second insert', () => {
    const body =
      "await users.createIndex({ name: 1 }, { unique: true }); await users.insertOne({ name: 'a' });";
    expect(rulesInUp(body)).toEqual(['unique-index-on-existing']);
  });

  test('is found in down, too', () => {
    const source = `exports.up = async (db) => { await db.collection('a').deleteOne({ _id: 1 }); };
exports.down = async (db) => { await db.collection('a').insertOne({ name: 'a' }); };`;
    expect(rulesIn(source)).toEqual(['non-idempotent']);
  });
});

describe('nondeterministic-target', () => {
  test.each([
    ['new Date()', 'await users.deleteMany({ at: { $lt: new Date() } });'],
    [
      'Date.now()',
      'await users.updateMany({ at: { $lt: Date.now() - 1000 } }, { $set: { old: true } });',
    ],
    [
      'a filter in a variable',
      'const old = { at: { $lt: new Date() } }; await users.deleteMany(old);',
    ],
  ])('%s in a filter is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['nondeterministic-target']);
  });

  test.each([
    [
      'a date that is written out',
      "await users.deleteMany({ at: { $lt: new Date('2026-01-01') } });",
    ],
    ['the time of a change', 'await users.updateOne({ _id: 1 }, { $set: { at: new Date() } });'],
    ['a filter of a read', 'await users.find({ at: { $lt: new Date() } }).toArray();'],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });
});

describe('changelog-write', () => {
  test.each([
    ['the changelog', "await db.collection('changelog').deleteOne({ fileName: 'a.js' });"],
    ['the lock', "await db.collection('changelog_lock').deleteMany({ at: 1 });"],
    [
      'a name in a constant',
      "const NAME = 'changelog'; await db.collection(NAME).updateOne({ _id: 1 }, { $set: { fileName: 'b' } });",
    ],
  ])('a write to %s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['changelog-write']);
  });

  test('a read of it is not, nor another collection', () => {
    const body =
      "await db.collection('changelog').findOne(); await db.collection('changelogs').deleteOne({ _id: 1 });";
    expect(rulesInUp(body)).toEqual([]);
  });
});
