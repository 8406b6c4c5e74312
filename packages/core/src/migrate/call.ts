import type { ClientSession, MongoClient } from 'mongodb';
import { UserError } from '../errors.ts';
import { migrationContext } from './context/context.ts';
import type { EngineIo } from './engine-io.ts';
import type { MigrationCall } from './journal.ts';
import type { LoadedStep } from './load.ts';
import { runInTransaction } from './transaction.ts';
import { transactionSupport } from './transaction-support.ts';

/** What migrations are called with. */
export interface CallerOptions {
  /** Made with `monitorCommands` where there are transactions. */
  readonly client: MongoClient;
  readonly database: string;
  readonly io: EngineIo;
  /** Of a cancellation, or of a lease that was lost. */
  readonly signal: AbortSignal;
}

/**
 * Makes sure that the server has transactions where one of `steps` is to be one.
 * @throws UserError that says why it has none
 */
export async function checkTransactions(
  steps: readonly LoadedStep[],
  own: MongoClient,
): Promise<void> {
  const first = steps.find(({ transaction }) => transaction);
  if (first === undefined) return;
  const admin = own.db('admin');
  const [hello, buildInfo] = await Promise.all([
    admin.command({ hello: 1 }).catch(async () => await admin.command({ isMaster: 1 })),
    admin.command({ buildInfo: 1 }),
  ]);
  const support = transactionSupport(hello, buildInfo);
  if (!support.supported) {
    throw new UserError(
      `${first.file.name} is to be run in a transaction, which this server does not have: ${support.why} Nothing was run.`,
    );
  }
}

/** Calls a migration with the database, its client and its context. */
export function migrationCaller(options: CallerOptions): (call: MigrationCall) => Promise<void> {
  const { client, database, io, signal } = options;
  const { clock, info: log } = io;
  return async ({ step, checkpoint, saveCheckpoint, record }) => {
    const db = client.db(database);
    const call = async (session: ClientSession | undefined): Promise<void> => {
      const store = { load: async () => checkpoint, save: saveCheckpoint };
      const context = await migrationContext({
        db,
        clock,
        signal,
        dryRun: false,
        session,
        log,
        store,
      });
      await step.run([db, client, context]);
    };
    await io.foreign(async () => {
      if (!step.transaction) return await call(undefined);
      const work = async (session: ClientSession): Promise<void> => {
        await call(session);
        await record({ db, session });
      };
      await runInTransaction(client, work, { clock, signal, ownCollections: [] });
    });
  };
}
