import { fileURLToPath } from 'node:url';
import { type Bson, bsonOfDriver } from '@paal/core/migrate/dry-run/bson';
import type { Fields } from '@paal/core/migrate/dry-run/recorded';
import { type DryRunServer, startDryRunServer } from '@paal/core/migrate/dry-run/server';
import { type Db, MongoClient as MongoClient7 } from 'mongodb';
import { MongoClient as MongoClient6 } from 'mongodb-6';

/** The drivers that a repository of migrations may have, by major version. */
export const DRIVERS = {
  7: MongoClient7,
  6: MongoClient6 as unknown as typeof MongoClient7,
} as const;

/** The bson of the driver mongodb 6. */
export function bson6(): Bson {
  return bsonOfDriver(fileURLToPath(import.meta.resolve('mongodb-6')));
}

/** A real server and its client. */
export interface Ground {
  readonly client: MongoClient7;
  readonly db: Db;
}

/** What a dry run is given beside the migration. */
export interface RehearsalOptions {
  readonly driver?: keyof typeof DRIVERS;
  /** What the real server is taken to greet with. */
  readonly hello?: Fields;
  readonly signal?: AbortSignal;
  readonly bson?: Bson;
  readonly mostWrites?: number;
  readonly mostCountTime?: number;
}

/**
 * A double of another kind of server's greeting in front of `client`: everything else is the server's.
 * A replica set and MongoDB 8 cannot be had for these tests.
 */
function greetingAs(client: MongoClient7, hello: Fields) {
  return {
    db: (name: string) => ({
      command: async (command: Fields, options: Fields): Promise<Fields> => {
        const answer = await client.db(name).command(command, options);
        return 'hello' in command ? { ...answer, ...hello } : answer;
      },
    }),
    startSession: () => client.startSession({ causalConsistency: false }),
  };
}

/** The greeting of a replica set's primary, of MongoDB 8. */
export const REPLICA_SET: Fields = { setName: 'rs0', maxWireVersion: 25 };

/** Runs `migration` against a dry run of the ground's database; gives what it recorded. */
export async function rehearse(
  { client, db }: Ground,
  migration: (db: Db, client: MongoClient7, server: DryRunServer) => Promise<void>,
  options: RehearsalOptions = {},
) {
  const { driver = 7, hello, signal = new AbortController().signal, ...limits } = options;
  const real = hello === undefined ? client : greetingAs(client, hello);
  const server = await startDryRunServer(real, {
    signal,
    redact: (text) => text.replaceAll('hunter2', '***'),
    today: () => new Date('2026-01-01T00:00:00Z'),
    ...limits,
  });
  const migrating = new DRIVERS[driver](server.uri, { serverSelectionTimeoutMS: 2_000 });
  try {
    await migration(migrating.db(db.databaseName), migrating, server);
    return server.take();
  } finally {
    await migrating.close(true);
    await server.close();
  }
}

/** Every database of the server with its collections, indexes and documents, byte for byte. */
export async function contents(client: MongoClient7): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  const { databases } = await client.db('admin').admin().listDatabases();
  for (const { name } of databases) {
    for (const collection of await client.db(name).collections()) {
      const { namespace } = collection;
      const documents = await collection.find({}, { raw: true }).toArray();
      const bytes = documents.map((one) =>
        Buffer.from(one as unknown as Uint8Array).toString('hex'),
      );
      all[namespace] = bytes.join('\n');
      all[`indexes of ${namespace}`] = JSON.stringify(await collection.indexes());
    }
  }
  return all;
}
