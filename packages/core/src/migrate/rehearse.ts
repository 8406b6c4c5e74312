import type { ClientSession } from 'mongodb';
import { errorMessage } from '../errors.ts';
import { forgetful } from './context/checkpoints.ts';
import { migrationContext } from './context/context.ts';
import type { MongodbConnection } from './drivers/mongodb.ts';
import { bsonOfDriver } from './dry-run/bson.ts';
import { startDryRunServer } from './dry-run/server.ts';
import { type DryRunOfMigration, dryRunLines, dryRunMarkdown } from './dry-run/shown-lines.ts';
import type { EngineIo } from './engine-io.ts';
import type { LoadedStep } from './load.ts';

/** What is needed to rehearse migrations. */
export interface RehearsalOptions {
  readonly connection: MongodbConnection;
  readonly io: EngineIo;
}

/**
 * Runs `steps` against a server that does what reads ask of the database, and only notes what writes
 * ask of it. Says in the log what each would write; gives the same as Markdown.
 */
export async function rehearse(
  steps: readonly LoadedStep[],
  { connection, io }: RehearsalOptions,
): Promise<string> {
  const { own, database, driverFile } = connection;
  const { signal, redact, today, clock, info: log } = io;
  const bson = driverFile === undefined ? undefined : bsonOfDriver(driverFile);
  const server = await startDryRunServer(own, { signal, redact, today, bson });
  const migrations: DryRunOfMigration[] = [];
  try {
    const client = await connection.openClient({ uri: server.uri });
    const db = client.db(database);
    for (const step of steps) {
      signal.throwIfAborted();
      const { name } = step.file;
      let session: ClientSession | undefined;
      let failure: string | undefined;
      try {
        session = step.transaction ? client.startSession() : undefined;
        const store = forgetful();
        const context = await migrationContext({
          db,
          clock,
          signal,
          dryRun: true,
          session,
          log,
          store,
        });
        await io.foreign(() => step.run([db, client, context]));
      } catch (error) {
        signal.throwIfAborted();
        failure = errorMessage(error);
      } finally {
        await session?.endSession();
      }
      const recorded = server.take();
      log(`${name} would write:`);
      for (const line of dryRunLines(recorded, database)) log(`  ${line}`);
      if (failure !== undefined)
        io.warn(`${name} did not run to its end in the dry run: ${failure}`);
      migrations.push({ name, recorded, failure });
    }
  } finally {
    io.leaveForeign();
    await server.close();
  }
  return dryRunMarkdown(migrations, database);
}
