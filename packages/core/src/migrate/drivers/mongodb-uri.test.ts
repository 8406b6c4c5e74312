import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UserError } from '../../errors.ts';
import { parseMongodbUri, secretsOfUri } from './mongodb-uri.ts';

describe('a connection string', () => {
  test.each([
    ['mongodb://a.example:27017/shop', 'a.example:27017', 'shop'],
    [
      'mongodb://u:p%40ss@a.example,b.example:1/shop?replicaSet=rs',
      'a.example,b.example:1',
      'shop',
    ],
    ['mongodb+srv://u:pass@cluster.example/?retryWrites=true', 'cluster.example', undefined],
    ['mongodb://[::1]:27017', '[::1]:27017', undefined],
    ['mongodb://host?tls=true', 'host', undefined],
    ['mongodb://host/my%2Ddb', 'host', 'my-db'],
  ])('%s has its hosts and its database', (uri, hosts, database) => {
    expect(parseMongodbUri(uri)).toMatchObject({ hosts, database });
  });

  test('its own server selection time-out is seen', () => {
    expect(
      parseMongodbUri('mongodb://h/?a=b&serverSelectionTimeoutMS=500').serverSelectionTimeout,
    ).toBe(500);
  });

  test.each([
    'postgres://u:topsecret@host/db',
    'host:27017',
    'mongodb://',
    'mongodb://u:topsecret@/db',
    'mongodb://u:top@secret@host/db',
    'mongodb://u:a@topsecret?x@host/db',
  ])('%s is refused without showing any of it', (uri) => {
    expect(() => parseMongodbUri(uri)).toThrow(UserError);
    expect(() => parseMongodbUri(uri)).toThrow('percent-encode');
    expect(() => parseMongodbUri(uri)).not.toThrow('secret');
  });
});

describe('the secrets of a connection string', () => {
  test('are the whole of it, and the password as written and as meant', () => {
    const uri = 'mongodb://u:p%40ss%2Fword@host/db';
    expect(secretsOfUri(uri)).toEqual([uri, 'p%40ss%2Fword', 'p@ss/word']);
  });

  test('are found in options too', () => {
    const uri =
      'mongodb+srv://host/?authMechanismProperties=AWS_SESSION_TOKEN:tok%2Fen,x:y&tlsCertificateKeyFilePassword=keypass&proxyPassword=prox';
    expect(secretsOfUri(uri)).toEqual([uri, 'tok%2Fen', 'keypass', 'prox', 'tok/en']);
  });

  test('include every password, however malformed the rest is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (password) => {
        expect(secretsOfUri(`mongodb://user:${password}@host/db`)).toContain(password);
        expect(secretsOfUri(`mongodb://user:${encodeURIComponent(password)}@host/db`)).toContain(
          password,
        );
      }),
    );
  });
});
