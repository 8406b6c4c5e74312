import { describe, expect, test } from '@jest/globals';
import { Long, MongoClient, UUID } from 'mongodb';
import { strayWrite, watchStrayWrites } from './stray-writes.ts';

const OURS = { id: new UUID() };
const OTHER = { id: new UUID() };
const INSIDE = { lsid: OURS, txnNumber: Long.fromNumber(1), autocommit: false };

describe('a write outside of the transaction', () => {
  test.each([
    ['insert', { insert: 'users' }, 'users'],
    ['insert', { insert: 'users', lsid: OURS, txnNumber: Long.fromNumber(1) }, 'users'],
    ['update', { update: 'users', ...INSIDE, lsid: OTHER }, 'users'],
    ['delete', { delete: 'users', lsid: OTHER }, 'users'],
    ['findAndModify', { findAndModify: 'users' }, 'users'],
    ['createIndexes', { createIndexes: 'users' }, 'users'],
    ['dropDatabase', { dropDatabase: 1 }, undefined],
    ['bulkWrite', { bulkWrite: 1, nsInfo: [{ ns: 'shop.a.b' }] }, 'a.b'],
    ['renameCollection', { renameCollection: 'shop.users', to: 'shop.people' }, 'users'],
    [
      'aggregate',
      { aggregate: 'users', pipeline: [{ $match: {} }, { $merge: 'people' }] },
      'users',
    ],
    ['aggregate', { aggregate: 'users', pipeline: [{ $out: 'people' }] }, 'users'],
  ])('%s %p is one', (command, body, collection) => {
    expect(strayWrite(command, body, OURS)).toEqual({ command, collection });
  });

  test.each([
    ['insert', { insert: 'users', ...INSIDE }],
    ['find', { find: 'users' }],
    ['aggregate', { aggregate: 'users', pipeline: [{ $match: {} }] }],
    ['aggregate', { aggregate: 1, pipeline: [] }],
    ['commitTransaction', { commitTransaction: 1, ...INSIDE }],
    ['endSessions', { endSessions: [OURS] }],
  ])('%s %p is none', (command, body) => {
    expect(strayWrite(command, body, OURS)).toBeUndefined();
  });

  test('cannot be watched for by a client that does not tell', () => {
    const client = new MongoClient('mongodb://127.0.0.1:1');
    expect(() => watchStrayWrites(client, client.startSession(), [], () => {})).toThrow(
      'monitorCommands: true',
    );
  });
});
