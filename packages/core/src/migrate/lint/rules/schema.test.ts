import { describe, expect, test } from '@jest/globals';
import { findingsIn, rulesIn, rulesInUp, upOf } from '../lint.test-data.ts';

const UNIQUE = 'await users.createIndex({ email: 1 }, { unique: true });';

describe('unique-index-on-existing and index-build', () => {
  test.each([
    ['createIndex', UNIQUE],
    [
      'options in a variable',
      'const options = { unique: true }; await users.createIndex({ email: 1 }, options);',
    ],
    [
      'createIndexes',
      'await users.createIndexes([{ key: { a: 1 } }, { key: { email: 1 }, unique: true }]);',
    ],
    [
      'the command',
      "await db.command({ createIndexes: 'users', indexes: [{ key: { a: 1 }, name: 'a', unique: true }] });",
    ],
    ['createIndex of the database', "await db.createIndex('users', { a: 1 }, { unique: true });"],
  ])('a unique index by %s is found', (_, body) => {
    expect(rulesIn(upOf(body))).toEqual(['unique-index-on-existing']);
  });

  test.each([
    [
      'up has looked for duplicates',
      `const twice = await users.aggregate([{ $group: { _id: '$email', n: { $sum: 1 } } }]).toArray(); if (twice.length) throw new Error('twice'); ${UNIQUE}`,
      '',
    ],
    [
      'precheck looks for them',
      UNIQUE,
      "export async function precheck(db) { await db.collection('users').aggregate([{ $sortByCount: '$email' }]).toArray(); }",
    ],
    [
      'up has deleted what was twice',
      `for (const one of await users.find().toArray()) await users.deleteOne({ _id: one._id }); ${UNIQUE}`,
      '',
    ],
  ])('not when %s: then it is an index like any other', (_, body, more) => {
    expect(rulesIn(upOf(body) + more)).toEqual(['index-build']);
  });

  test.each([
    ['is created', "await db.createCollection('users');", ''],
    ['is dropped by down', '', "await db.collection('users').drop();"],
  ])('nor on a collection that %s in the same migration', (_, up, down) => {
    const source = `module.exports = {
  async up(db) { ${up} const users = db.collection('users'); ${UNIQUE} },
  async down(db) { await db.collection('x').deleteOne({ _id: 1 }); ${down} },
};`;
    expect(rulesIn(source)).toEqual([]);
  });

  test('any other index on an existing collection is a note', () => {
    const found = findingsIn(upOf('await users.createIndex({ a: 1 });'));
    expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([['index-build', 'info']]);
  });
});

describe('validator-strict', () => {
  const collMod = (more: string): string =>
    `await db.command({ collMod: 'users', validator: { $jsonSchema: { required: ['name'] } }${more} });`;

  test.each([
    ['the defaults', ''],
    ['strict and error', ", validationLevel: 'strict', validationAction: 'error'"],
    ['error and a line in the log', ", validationAction: 'errorAndLog'"],
  ])('%s are found', (_, more) => {
    expect(rulesInUp(collMod(more))).toEqual(['validator-strict']);
  });

  test.each([
    ['a warning', collMod(", validationAction: 'warn'")],
    ['moderate', collMod(", validationLevel: 'moderate'")],
    [
      'documents that are mended before',
      `await users.updateMany({ name: null }, { $set: { name: '' } }); ${collMod('')}`,
    ],
    ['a new collection', "await db.createCollection('users', { validator: { $jsonSchema: {} } });"],
    ['taking one away', "await db.command({ collMod: 'users', validator: {} });"],
    [
      'another collMod',
      "await db.command({ collMod: 'users', index: { name: 'a', hidden: true } });",
    ],
  ])('%s is not', (_, body) => {
    expect(rulesInUp(body)).toEqual([]);
  });
});

describe('no-down', () => {
  const UP = "exports.up = async (db) => { await db.collection('a').deleteOne({ _id: 1 }); };\n";
  test.each([
    ['none', ''],
    ['an empty one', 'exports.down = async () => {};'],
    ['one with a comment', 'exports.down = async (db) => { /* nothing to do */ };'],
    ['one that only logs', "exports.down = async () => { console.log('nothing'); return; };"],
    ['one that only throws', "exports.down = async () => { throw new Error('irreversible'); };"],
    ['an irreversible without a reason', "exports.irreversible = '';"],
    ['irreversible = true', 'exports.irreversible = true;'],
  ])('%s is found', (_, down) => {
    expect(rulesIn(UP + down)).toEqual(['no-down']);
  });

  test.each([
    [
      'one that does something',
      "exports.down = async (db) => { await db.collection('a').insertOne({ _id: 1 }); };",
    ],
    [
      'one that is refused on a condition',
      "exports.down = async (db) => { if (await db.collection('a').findOne()) throw new Error('no'); };",
    ],
    ['a reason', "exports.irreversible = 'the documents were duplicates';"],
    ['a reason that is put together', "exports.irreversible = 'a ' + 'b';"],
  ])('%s is not', (_, down) => {
    expect(rulesIn(UP + down)).toEqual([]);
  });

  test('what comes from another file is not, because nobody can see it', () => {
    expect(rulesIn("export { up, down } from './lib/shared.js';")).toEqual([]);
    expect(rulesIn("module.exports = require('./lib/shared');")).toEqual([]);
    expect(rulesIn("const m = require('./m'); module.exports = { ...m };")).toEqual([]);
  });
});

describe('app-model-import', () => {
  const use = (head: string): readonly string[] =>
    rulesIn(`${head}\n${upOf('await users.findOne();')}`);
  test.each([
    ['import', "import { User } from '../src/models/user.js';"],
    ['require', "const User = require('../models/User');"],
    ['import()', "const user = import('../../app/user.js');"],
    ['an alias', "import { User } from '@/models/user';"],
    [
      'a model of mongoose',
      "import mongoose from 'mongoose';\nconst User = mongoose.model('User');",
    ],
    [
      'a connection of mongoose',
      "import mongoose from 'mongoose';\nmongoose.connect('mongodb://x');",
    ],
  ])('%s is found', (_, head) => {
    expect(use(head)).toEqual(['app-model-import']);
  });

  test.each([
    ['the driver', "import { ObjectId } from 'mongodb';"],
    ['Node', "import { randomUUID } from 'node:crypto';"],
    ['what lies beside the migrations', "import { batches } from './lib/batches.js';"],
    ['what migrations share', "const { log } = require('../migration-tools');"],
    ['a logger', "import { logger } from '@/common/logger';"],
    ['data', "const countries = require('../data/countries.json');"],
    ["mongoose's ids", "import mongoose from 'mongoose';\nconst { ObjectId } = mongoose.Types;"],
  ])('%s is not', (_, head) => {
    expect(use(head)).toEqual([]);
  });
});
