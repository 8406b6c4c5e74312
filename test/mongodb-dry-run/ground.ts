import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { dryRunLines } from '@paal/core/migrate/dry-run/shown-lines';
import { MongoClient } from 'mongodb';
import { type LoopbackFerretDb, startLoopbackFerretDb } from '../mongodb-faults/ferretdb.ts';
import { contents, type Ground, type RehearsalOptions, rehearse } from './rehearsal.ts';

/**
 * A database `shop` with 250 users and three orders for the dry runs of one test file; after each test
 * it has to be as it was before, byte for byte.
 */
export function dryRuns(): {
  readonly server: () => LoopbackFerretDb;
  readonly ground: () => Ground;
  /** The log's lines of a dry run of `migration`. */
  linesOf(
    migration: Parameters<typeof rehearse>[1],
    options?: RehearsalOptions,
  ): Promise<readonly string[]>;
} {
  let server: LoopbackFerretDb;
  let ground: Ground;
  let before: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startLoopbackFerretDb();
    const client = await MongoClient.connect(server.uri);
    ground = { client, db: client.db('shop') };
  }, 600_000);

  afterAll(async () => {
    await ground?.client.close();
    await server?.stop();
  });

  beforeEach(async () => {
    const users = Array.from({ length: 250 }, (_, index) => ({
      _id: index as never,
      legacy: index < 40,
      email: `user${index % 248}@shop.example`,
      seen: new Date(Date.UTC(2025, 0, 1 + index)),
    }));
    await ground.db.dropDatabase();
    await ground.db.collection('users').insertMany(users);
    await ground.db.collection('orders').insertMany([{ total: 1 }, { total: 2 }, { total: 3 }]);
    before = await contents(ground.client);
  });

  afterEach(async () => {
    expect(await contents(ground.client)).toEqual(before);
  });

  return {
    server: () => server,
    ground: () => ground,
    linesOf: async (migration, options) =>
      dryRunLines(await rehearse(ground, migration, options), 'shop'),
  };
}
