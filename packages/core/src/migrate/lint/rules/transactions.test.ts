import { describe, expect, test } from '@jest/globals';
import { findingsIn, rulesIn, rulesInUp, upOf } from '../lint.test-data.ts';

const inTransaction = (body: string): string =>
  `const session = client.startSession();
try {
await session.withTransaction(async () => {
${body}
});
} finally {
await session.endSession();
}`;

describe('ddl-in-transaction', () => {
  test.each([
    ['an index', 'await users.createIndex({ a: 1 }, { session });'],
    ['an index without the session', 'await users.createIndex({ a: 1 });'],
    [
      'collMod',
      "await db.command({ collMod: 'users', index: { name: 'a_1', hidden: true } }, { session });",
    ],
  ])('%s within withTransaction is found', (_, body) => {
    expect(rulesInUp(inTransaction(body))).toEqual(['ddl-in-transaction']);
  });

  test('a drop is found, whatever else is said of it', () => {
    expect(rulesInUp(inTransaction("await users.dropIndex('a_1', { session });"))).toEqual([
      'ddl-in-transaction',
      'drop-index',
    ]);
  });

  test('between startTransaction and commitTransaction it is found, and not after it', () => {
    const body = `const session = client.startSession();
session.startTransaction();
await users.createIndex({ a: 1 }, { session });
await session.commitTransaction();
await users.createIndex({ b: 1 });`;
    const found = findingsIn(upOf(body), {}, { 'index-build': 'off' });
    expect(found.map(({ rule, position }) => [rule, position.line])).toEqual([
      ['ddl-in-transaction', 5],
    ]);
  });

  test('with transaction = true it is found', () => {
    const source = `export const transaction = true;\n${upOf('await users.createIndex({ a: 1 }, { session: ctx.session });')}`;
    expect(rulesIn(source, { 'index-build': 'off', 'session-not-passed': 'off' })).toEqual([
      'ddl-in-transaction',
    ]);
  });

  test('a collection that is made there may have its indexes there', () => {
    const body =
      "await db.createCollection('t', { session }); await db.collection('t').createIndex({ a: 1 }, { session });";
    expect(rulesInUp(inTransaction(body))).toEqual([]);
  });
});

describe('session-not-passed', () => {
  test.each([
    ['a write', 'await users.updateOne({ _id: 1 }, { $set: { a: 1 } });'],
    ['a read', 'const one = await users.findOne({ _id: 1 }); console.log(one);'],
    [
      'other options only',
      'await users.updateOne({ _id: 1 }, { $set: { a: 1 } }, { upsert: true });',
    ],
    ['bulkWrite', 'await users.bulkWrite([{ deleteOne: { filter: { _id: 1 } } }]);'],
    [
      'a bulk operation',
      'const b = users.initializeOrderedBulkOp(); b.find({ _id: 1 }).deleteOne(); await b.execute();',
    ],
    [
      'a function of the file',
      "await mark(db); async function mark(d) { await d.collection('x').deleteOne({ _id: 1 }); }",
    ],
  ])('%s is found', (_, body) => {
    expect(rulesInUp(inTransaction(body))).toEqual(['session-not-passed']);
  });

  test.each([
    ['the session', 'await users.updateOne({ _id: 1 }, { $set: { a: 1 } }, { session });'],
    ['the session under another name', 'await users.deleteOne({ _id: 1 }, { session: session });'],
    [
      'options in a variable',
      'const options = { session }; await users.deleteOne({ _id: 1 }, options);',
    ],
    ['options that are computed', 'await users.deleteOne({ _id: 1 }, optionsOf(session));'],
    ['options that are spread', 'await users.deleteOne({ _id: 1 }, { ...options });'],
    [
      'a cursor with the session',
      'const all = await users.find({ a: 1 }, { session }).toArray(); console.log(all);',
    ],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(inTransaction(body))).toEqual([]);
  });

  test('after the transaction nothing is', () => {
    const body = `${inTransaction('await users.deleteOne({ _id: 1 }, { session });')}\nawait users.deleteOne({ _id: 2 });`;
    expect(rulesInUp(body)).toEqual([]);
  });

  test('withSession and the parameter of withTransaction are known', () => {
    const body = `await client.withSession(async (s) => s.withTransaction(async (own) => {
await users.deleteOne({ _id: 1 }, { session: own });
await users.deleteOne({ _id: 2 });
}));`;
    expect(rulesInUp(body)).toEqual(['session-not-passed']);
  });

  test('with transaction = true each call needs ctx.session, and the message says so', () => {
    const head = 'export const transaction = true;\nexport const irreversible = "only adds";\n';
    const up = (body: string): string =>
      `${head}export async function up(db, client, { session }) { ${body} }`;
    const bad = findingsIn(up("await db.collection('a').deleteOne({ _id: 1 });"));
    expect(bad.map(({ rule }) => rule)).toEqual(['session-not-passed']);
    expect(bad[0]?.message).toContain('{ session: ctx.session }');
    expect(rulesIn(up("await db.collection('a').deleteOne({ _id: 1 }, { session });"))).toEqual([]);
  });
});

describe('long-transaction', () => {
  const one = 'await users.updateOne({ _id: user._id }, { $set: { a: 1 } }, { session });';
  test.each([
    ['a loop over a cursor', `for await (const user of users.find({}, { session })) { ${one} }`],
    [
      'a while with hasNext',
      `const cursor = users.find({}, { session }); while (await cursor.hasNext()) { const user = await cursor.next(); ${one} }`,
    ],
    [
      'a delete of everything old',
      'await db.collection("log").updateMany({ _id: { $exists: true } }, { $set: { a: 1 } }, { session });',
    ],
  ])('%s is found', (_, body) => {
    const found = rulesInUp(inTransaction(body)).filter((rule) => rule !== 'unbatched-update-many');
    expect(found).toEqual(['long-transaction']);
  });

  test.each([
    [
      'a few documents by name',
      "for (const id of ['a', 'b']) await users.deleteOne({ _id: id }, { session });",
    ],
    [
      'a filter that selects',
      "await users.updateMany({ role: 'x' }, { $set: { a: 1 } }, { session });",
    ],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(inTransaction(body))).toEqual([]);
  });

  test('batches within one transaction are found; the session of a batch is the session', () => {
    const source = `export const transaction = true;
export const irreversible = 'a correction';
export async function up(db, client, ctx) {
  await ctx.batches({ collection: 'users' }, {}, async ([one], { session }) => {
    await db.collection('users').updateOne({ _id: one._id }, { $set: { a: 1 } }, { session });
  });
}`;
    expect(rulesIn(source)).toEqual(['long-transaction']);
  });

  test('a transaction for each document is not', () => {
    const body = `for await (const user of users.find()) { await client.withSession(async (session) => session.withTransaction(async () => { await users.findOne({ _id: user._id }, { session }); })); }`;
    expect(rulesInUp(body)).toEqual([]);
  });
});
