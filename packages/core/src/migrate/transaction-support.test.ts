import { describe, expect, test } from '@jest/globals';
import { transactionSupport } from './transaction-support.ts';

const SESSIONS = { logicalSessionTimeoutMinutes: 30, maxWireVersion: 21 };
const SET = { ...SESSIONS, setName: 'rs0' };

describe('transactions', () => {
  test.each([
    ['a replica set', SET],
    ['a sharded cluster', { ...SESSIONS, msg: 'isdbgrid' }],
  ])('are there on %s', (_, hello) => {
    expect(transactionSupport(hello)).toEqual({ supported: true });
  });

  test.each([
    [
      'a standalone server',
      SESSIONS,
      {},
      /standalone.*Make it a replica set of one member \(https.*or let the migration run without/,
    ],
    [
      'FerretDB, even one that names a set',
      SET,
      { ferretdbVersion: 'v1.24.2' },
      /FerretDB, which has no transactions\. Use a MongoDB replica set, or let/,
    ],
    ['FerretDB 2', SET, { ferretdb: {} }, /FerretDB/],
    ['MongoDB 3.6', { ...SET, maxWireVersion: 6 }, {}, /too old.*wire version 6.*MongoDB 4\.0/],
    [
      'a sharded cluster of 4.0',
      { ...SESSIONS, msg: 'isdbgrid', maxWireVersion: 7 },
      {},
      /MongoDB 4\.2/,
    ],
    ['a server without sessions', { setName: 'rs0', maxWireVersion: 21 }, {}, /has no sessions/],
    ['a server that says nothing', {}, {}, /standalone/],
  ])('are not there on %s, and why is said', (_, hello, buildInfo, why) => {
    expect(transactionSupport(hello, buildInfo)).toEqual({
      supported: false,
      why: expect.stringMatching(why),
    });
  });
});
