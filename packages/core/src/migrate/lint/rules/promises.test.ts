import { describe, expect, test } from '@jest/globals';
import { findingsIn, rulesIn, rulesInUp, upOf } from '../lint.test-data.ts';

const WRITE = 'users.updateOne({ _id: 1 }, { $set: { a: 1 } })';

describe('unawaited-promise', () => {
  test.each([
    ['a call', `${WRITE};`],
    ['void', `void ${WRITE};`],
    ['then without await', `${WRITE}.then(() => {});`],
    ['a condition', `ctx.x && ${WRITE};`],
    ['a variable that nobody uses', `const done = ${WRITE};`],
    ['an array that nobody waits for', `const all = []; all.push(${WRITE});`],
    ['forEach of an array', `[1, 2].forEach(async () => { await ${WRITE}; });`],
    ['forEach of a cursor', `await users.find().forEach(async () => { await ${WRITE}; });`],
    ['forEach that gives the promise', `[1].forEach(() => ${WRITE});`],
    ['await of an array of promises', `await [1].map(async () => { await ${WRITE}; });`],
    ['map alone', `[1].map(async () => { await ${WRITE}; });`],
    ['a timer', `setTimeout(async () => { await ${WRITE}; }, 10);`],
    ['a function of the file', `change(); async function change() { await ${WRITE}; }`],
    ['a function that returns the promise', `change(); function change() { return ${WRITE}; }`],
    ['a cursor', 'users.find().toArray();'],
    ['batches', "ctx.batches({ collection: 'users' }, {}, async () => {});"],
    ['a checkpoint', "ctx.checkpoint('last', 1);"],
    ['a command', "db.command({ collMod: 'users', index: { name: 'a', hidden: true } });"],
    [
      'an aggregation that nobody reads',
      "await users.aggregate([{ $match: {} }, { $merge: 'x' }]);",
    ],
  ])('%s is found', (_, body) => {
    expect(rulesInUp(body)).toEqual(['unawaited-promise']);
  });

  test.each([
    ['await', `await ${WRITE};`],
    ['return', `return ${WRITE};`],
    ['then with await', `await ${WRITE}.then(() => {}).catch(() => {});`],
    ['Promise.all', `await Promise.all([${WRITE}, ${WRITE}]);`],
    ['Promise.all of map', `await Promise.all([1].map(async () => { await ${WRITE}; }));`],
    ['promises that are pushed', `const all = []; all.push(${WRITE}); await Promise.all(all);`],
    ['promises in a variable', `const done = ${WRITE}; await done;`],
    ['a map in a variable', `const all = [1].map(() => ${WRITE}); await Promise.all(all);`],
    ['for', `for (const id of [1]) await ${WRITE};`],
    ['for await', `for await (const one of users.find()) await ${WRITE};`],
    [
      'an entry of a bulk operation',
      'const b = users.initializeOrderedBulkOp(); b.find({ _id: 1 }).deleteOne(); await b.execute();',
    ],
    ['a function of the file', `await change(); async function change() { await ${WRITE}; }`],
    [
      'batches and a checkpoint',
      "await ctx.batches({ collection: 'users' }, {}, async () => {}); await ctx.checkpoint('a', 1); ctx.log('x'); console.log(ctx.resumed('a'));",
    ],
    ['a condition', `await (ctx.x ? ${WRITE} : undefined);`],
    [
      'a cursor that is only made',
      'const cursor = users.find(); for await (const one of cursor) console.log(one);',
    ],
    [
      'forEach that only reads',
      'const names = []; await users.find().forEach((user) => { names.push(user.name); }); console.log(names);',
    ],
    ['an aggregation that is read', "await users.aggregate([{ $merge: 'x' }]).toArray();"],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });

  test('is found in down and in precheck, too', () => {
    const source = `${upOf('await users.findOne();')}
export async function precheck(db) { db.collection('a').countDocuments(); }
`;
    expect(rulesIn(source.replace('await db.col', 'db.col'))).toEqual([
      'unawaited-promise',
      'unawaited-promise',
    ]);
  });

  test('a function that is called twice is told of once', () => {
    const source = `async function change(db) { db.collection('a').deleteOne({ _id: 1 }); }
export async function up(db) { await change(db); await change(db); }
export async function down(db) { await change(db); }`;
    expect(rulesIn(source)).toEqual(['unawaited-promise']);
  });

  test('the message says what to write', () => {
    const [found] = findingsIn(
      upOf(`await users.find().forEach(async () => { await ${WRITE}; });`),
    );
    expect(found?.message).toContain('for await (const document of cursor)');
  });
});
