import { describe, expect, test } from '@jest/globals';
import { findingsIn, rulesIn, rulesInUp, upOf } from '../lint.test-data.ts';

const withDown = (up: string, down: string): string =>
  `module.exports = { async up(db) { ${up} }, async down(db) { ${down} } };`;

describe('drop-collection, drop-database, rename-collection', () => {
  test.each([
    ['drop()', 'await users.drop();', 'drop-collection'],
    ['dropCollection()', "await db.dropCollection('users');", 'drop-collection'],
    ['the command', "await db.command({ drop: 'users' });", 'drop-collection'],
    ['a name that is computed', 'await db.collection(process.env.C).drop();', 'drop-collection'],
    ['dropDatabase()', 'await db.dropDatabase();', 'drop-database'],
    ["a client's database", "await client.db('x').dropDatabase();", 'drop-database'],
    ['the command for it', 'await db.command({ dropDatabase: 1 });', 'drop-database'],
    ['rename()', "await users.rename('people');", 'rename-collection'],
    ['renameCollection()', "await db.renameCollection('users', 'people');", 'rename-collection'],
    [
      'the command of admin',
      "await db.admin().command({ renameCollection: 'shop.users', to: 'shop.people' });",
      'rename-collection',
    ],
  ])('%s in up is found', (_, body, rule) => {
    expect(rulesInUp(body)).toEqual([rule]);
  });

  test.each([
    [
      'dropping in down what up has made',
      withDown("await db.createCollection('a');", "await db.collection('a').drop();"),
    ],
    [
      'dropping what up has made itself',
      upOf("await db.createCollection('t'); await db.collection('t').drop();"),
    ],
    [
      'renaming what up has made',
      upOf("await db.createCollection('t'); await db.collection('t').rename('u');"),
    ],
    [
      'renaming back in down',
      withDown(
        "await db.collection('b').updateOne({ _id: 1 }, { $set: { x: 1 } });",
        "await db.collection('b').rename('a');",
      ),
    ],
  ])('%s is not', (_, source) => {
    expect(rulesIn(source)).toEqual([]);
  });

  test('a swap by renaming a new collection over an old one is found, and says what it drops', () => {
    const body =
      "await db.createCollection('t'); await db.collection('t').rename('users', { dropTarget: true });";
    const [found] = findingsIn(upOf(body));
    expect(found?.rule).toBe('rename-collection');
    expect(found?.message).toContain('Renames "t" to "users", and drops what had that name.');
  });

  test('a namespace is told without its database', () => {
    const body =
      "await client.db('admin').command({ renameCollection: 'shop.users', to: 'shop.people' });";
    expect(findingsIn(upOf(body))[0]?.message).toMatch(/^Renames "users"\./);
  });

  test('the message says which collection, and the place is the name of the method', () => {
    const [found] = findingsIn(upOf("await db\n  .collection('orders')\n  .drop();"));
    expect(found?.message).toMatch(/^Drops "orders", with all of its documents and indexes/);
    expect(found?.position).toEqual({
      file: 'migrations/20260101000000-test.js',
      line: 5,
      column: 4,
    });
  });
});

describe('drop-index', () => {
  test.each([
    ['dropIndex()', "await users.dropIndex('email_1');"],
    ['dropIndexes()', 'await users.dropIndexes();'],
    ['the command', "await db.command({ dropIndexes: 'users', index: 'email_1' });"],
    [
      'building the new one afterwards',
      "await users.dropIndex('a_1'); await users.createIndex({ a: 1, b: 1 });",
    ],
    [
      'all of them, also after a new one',
      'await users.createIndex({ b: 1 }); await users.dropIndexes();',
    ],
  ])('%s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['drop-index']);
  });

  test.each([
    [
      'building the new one before',
      "await users.createIndex({ a: 1, b: 1 }); await users.dropIndex('a_1');",
    ],
    ['hiding one', "await db.command({ collMod: 'users', index: { name: 'a_1', hidden: true } });"],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });

  test('in down it takes back what up has built', () => {
    const source = withDown(
      "await db.collection('users').createIndex({ a: 1 });",
      "await db.collection('users').dropIndex('a_1');",
    );
    expect(rulesIn(source, { 'index-build': 'off' })).toEqual([]);
  });
});

describe('remove-field and rename-field', () => {
  const $unset = "{ $unset: { name: '' } }";
  test.each([
    ['updateMany', `await users.updateMany({ name: { $exists: true } }, ${$unset});`],
    ['updateOne', `await users.updateOne({ _id: 1 }, ${$unset});`],
    ['findOneAndUpdate', `await users.findOneAndUpdate({ _id: 1 }, ${$unset});`],
    ['a variable', `const update = ${$unset}; await users.updateOne({ _id: 1 }, update);`],
    ['a stage of a pipeline', "await users.updateOne({ _id: 1 }, [{ $unset: ['name', 'age'] }]);"],
    [
      'an entry of bulkWrite',
      `await users.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: ${$unset} } }]);`,
    ],
    [
      'entries of bulkWrite in a variable',
      `const entries = [{ updateOne: { filter: { _id: 1 }, update: ${$unset} } }]; await users.bulkWrite(entries);`,
    ],
    [
      'an ordered bulk operation',
      `const bulk = users.initializeOrderedBulkOp(); bulk.find({ _id: 1 }).updateOne(${$unset}); await bulk.execute();`,
    ],
    [
      'the command',
      `await db.command({ update: 'users', updates: [{ q: { _id: 1 }, u: ${$unset} }] });`,
    ],
  ])('$unset by %s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['remove-field']);
  });

  test('a field that up sets afterwards is no marker', () => {
    const body =
      "await users.updateOne({ _id: 1 }, { $unset: { a: '' } }); await users.updateOne({ _id: 1 }, { $set: { a: 1 } });";
    expect(rulesInUp(body)).toEqual(['remove-field']);
  });

  test('$rename is found, and names the field', () => {
    const [found] = findingsIn(
      upOf("await users.updateOne({ _id: 1 }, { $rename: { nick: 'name' } });"),
    );
    expect(found).toMatchObject({ rule: 'rename-field', severity: 'error' });
    expect(found?.message).toContain('Renames "nick" in "users"');
  });

  test.each([
    [
      'down',
      withDown(
        "await db.collection('u').updateOne({ _id: 1 }, { $set: { a: 1 } });",
        "await db.collection('u').updateMany({}, { $unset: { a: '' }, $rename: { b: 'c' } });",
      ),
    ],
    [
      'a marker that up has set itself',
      upOf(
        'await users.updateMany({ done: { $exists: false } }, { $set: { done: true, n: 1 } }); ' +
          "await users.updateMany({ done: true }, { $unset: { done: '' } });",
      ),
    ],
    [
      'a filter or projection',
      upOf('await users.find({}, { projection: { $unset: 1 } }).toArray();'),
    ],
  ])('%s is not', (_, source) => {
    expect(rulesIn(source)).toEqual([]);
  });
});

describe('unbatched-update-many', () => {
  const $set = '{ $set: { a: 1 } }';
  test.each([
    ['{}', `await users.updateMany({}, ${$set});`],
    ['{} in a variable', `const all = {}; await users.updateMany(all, ${$set});`],
    ['{ _id: { $exists: true } }', `await users.updateMany({ _id: { $exists: true } }, ${$set});`],
    [
      'an entry of bulkWrite',
      `await users.bulkWrite([{ updateMany: { filter: {}, update: ${$set} } }]);`,
    ],
    [
      'a bulk operation',
      `const b = users.initializeUnorderedBulkOp(); b.find({}).update(${$set}); await b.execute();`,
    ],
    [
      'a function of the file',
      `await all(users); async function all(c) { await c.updateMany({}, ${$set}); }`,
    ],
  ])('%s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['unbatched-update-many']);
  });

  test.each([
    ['a filter that selects', `await users.updateMany({ role: 'admin' }, ${$set});`],
    [
      'what is done no longer matches',
      `await users.updateMany({ a: { $exists: false } }, ${$set});`,
    ],
    ['a filter that is computed', `await users.updateMany(filterOf(db), ${$set});`],
    ['a part that is computed', `await users.updateMany({ ...base }, ${$set});`],
    ['one document', `await users.updateOne({}, ${$set});`],
    [
      'batches',
      `await ctx.batches({ collection: 'users' }, { size: 500 }, async () => { await users.updateMany({}, ${$set}); });`,
    ],
    [
      'batches by another name',
      `const { batches } = ctx; await batches({ collection: 'users' }, {}, async () => { await users.updateMany({}, ${$set}); });`,
    ],
    [
      'a collection that is new',
      `await db.createCollection('t'); await db.collection('t').updateMany({}, ${$set});`,
    ],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });
});

describe('unbounded-delete-many', () => {
  test.each([
    ['{}', 'await users.deleteMany({});'],
    ['no filter', 'await users.deleteMany();'],
    ['undefined', 'await users.deleteMany(undefined);'],
    ['the old name', 'await users.remove({});'],
    ['the command', "await db.command({ delete: 'users', deletes: [{ q: {}, limit: 0 }] });"],
    ['an entry of bulkWrite', 'await users.bulkWrite([{ deleteMany: { filter: {} } }]);'],
  ])('%s is found in up', (_, body) => {
    expect(rulesInUp(body)).toEqual(['unbounded-delete-many']);
  });

  test('is found in down, where up has only added documents', () => {
    const up = "await db.collection('a').insertOne({ _id: 1 });";
    expect(rulesIn(withDown(up, "await db.collection('a').deleteMany({});"))).toEqual([
      'unbounded-delete-many',
    ]);
  });

  test('is not found in down for a collection that up has made', () => {
    const source = withDown(
      "await db.createCollection('a');",
      "await db.collection('a').deleteMany({});",
    );
    expect(rulesIn(source)).toEqual([]);
  });

  test('is not found with a filter', () => {
    expect(
      rulesInUp("await users.deleteMany({ role: 'guest' }); await users.deleteOne({});"),
    ).toEqual([]);
  });
});
