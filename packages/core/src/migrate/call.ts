import type { MongoClient } from 'mongodb';
import type { EngineIo } from './engine-io.ts';
import type { MigrationCall } from './journal.ts';
import type { MigrateRequest } from './request.ts';

/** What migrations are called with. */
export interface CallerOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly request: Pick<MigrateRequest, 'transaction'>;
  readonly io: EngineIo;
  /** Of a cancellation, or of a lease that was lost. */
  readonly signal: AbortSignal;
}

/** Calls a migration with the database, its client and its context. */
export function migrationCaller(options: CallerOptions): (call: MigrationCall) => Promise<void> {
  const { client, database, io } = options;
  return async ({ step }) => {
    await io.foreign(() => step.run([client.db(database), client, undefined]));
  };
}
