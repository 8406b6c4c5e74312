import { describe, expect, test } from '@jest/globals';
import { Int32 } from 'bson';
import { greetedBy, greeting, hasTransactions } from './greeting.ts';

const ADDRESS = '127.0.0.1:5';

describe('the greeting of a dry run', () => {
  test('has the versions of the real server, but its own address, and offers no compression', () => {
    const hello = {
      setName: 'rs0',
      primary: 'db.example:27017',
      me: 'db.example:27017',
      hosts: ['db.example:27017'],
      compression: ['zlib'],
      saslSupportedMechs: ['SCRAM-SHA-256'],
      topologyVersion: {},
      maxWireVersion: new Int32(25),
      logicalSessionTimeoutMinutes: new Int32(30),
    };
    const answer = greeting(hello, ADDRESS);
    expect(answer).toMatchObject({
      setName: 'rs0',
      primary: ADDRESS,
      me: ADDRESS,
      hosts: [ADDRESS],
      maxWireVersion: 25,
      logicalSessionTimeoutMinutes: 30,
      isWritablePrimary: true,
    });
    for (const key of ['compression', 'topologyVersion', 'saslSupportedMechs']) {
      expect(answer).not.toHaveProperty(key);
    }
  });

  test('has neither sessions nor a replica set where the real server has none', () => {
    const answer = greeting({ maxWireVersion: 21 }, ADDRESS);
    expect(answer).not.toHaveProperty('setName');
    expect(answer).not.toHaveProperty('logicalSessionTimeoutMinutes');
    expect(hasTransactions(answer)).toBe(false);
  });

  test('tells a router, which has transactions', () => {
    expect(hasTransactions(greeting({ msg: 'isdbgrid' }, ADDRESS))).toBe(true);
  });

  test('reads who greets', () => {
    expect(greetedBy({ hello: 1, client: { application: { name: 'a' } } })).toBe('a');
    expect(greetedBy({ hello: 1 })).toBeUndefined();
  });
});
