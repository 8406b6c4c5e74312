import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isRead, plainCommand } from './command-kinds.ts';
import type { Fields } from './recorded.ts';

describe('which commands are sent to the real server', () => {
  test.each<Fields>([
    { find: 'users' },
    { getMore: 1, collection: 'users' },
    { aggregate: 'users', pipeline: [{ $match: {} }] },
    { explain: { find: 'users' } },
    { mapReduce: 'users', out: { inline: 1 } },
    { profile: -1 },
    { validate: 'users' },
  ])('%j is one', (command) => {
    expect(isRead(command)).toBe(true);
  });

  test.each<Fields>([
    { insert: 'users' },
    { aggregate: 'users', pipeline: [{ $match: {} }, { $out: 'copy' }] },
    { aggregate: 'users', pipeline: [{ $merge: { into: 'copy' } }] },
    { explain: { aggregate: 'users', pipeline: [{ $out: 'copy' }] } },
    { explain: { delete: 'users' } },
    { mapReduce: 'users', out: 'copy' },
    { profile: 2 },
    { validate: 'users', repair: true },
    { shutdown: 1 },
    { replSetReconfig: {} },
    { setParameter: 1 },
    { eval: 'db.dropDatabase()' },
    { toString: 1 },
    {},
  ])('%j is none', (command) => {
    expect(isRead(command)).toBe(false);
  });

  test('are no commands that nobody thought of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z]{1,12}$/), fc.anything(), (name, value) => {
        const known = isRead({ [name]: 1 });
        fc.pre(!known && name !== 'aggregate' && name !== 'explain' && name !== 'validate');
        fc.pre(name !== 'mapReduce' && name !== 'profile');
        expect(isRead({ [name]: value })).toBe(false);
      }),
    );
  });

  test('carry neither session nor transaction', () => {
    expect(
      plainCommand({
        find: 'users',
        filter: {},
        $db: 'shop',
        lsid: {},
        txnNumber: 1,
        autocommit: false,
        startTransaction: true,
        readConcern: { level: 'snapshot' },
        $clusterTime: {},
        $readPreference: {},
      }),
    ).toEqual({ find: 'users', filter: {} });
  });

  test('keep the level of their read concern outside a transaction, but no cluster time', () => {
    const readConcern = { level: 'majority', afterClusterTime: 1 };
    expect(plainCommand({ find: 'users', readConcern })).toEqual({
      find: 'users',
      readConcern: { level: 'majority' },
    });
    expect(plainCommand({ find: 'users', readConcern: { afterClusterTime: 1 } })).toEqual({
      find: 'users',
    });
  });
});
