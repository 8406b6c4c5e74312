import type { ClientSession, Db } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';
import { runBatches } from './batches.ts';
import { type CheckpointStore, forgetful, openCheckpoints } from './checkpoints.ts';
import type { MigrationContext } from './migration.ts';

/** What a context is made of. */
export interface ContextOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** That of the transaction in which the migration runs, if it does. */
  readonly session: ClientSession | undefined;
  readonly log: (message: string) => void;
  readonly store: CheckpointStore;
}

/**
 * What an attempt of a migration is given beside database and client. Each attempt needs its own, a
 * repeated transaction too.
 * @throws UserError when the store holds no checkpoint of ours
 */
export async function migrationContext(options: ContextOptions): Promise<MigrationContext> {
  const { signal, dryRun, session, log } = options;
  // What a transaction takes back would be left out by the next attempt.
  const isForgetful = dryRun || session !== undefined;
  const checkpoints = await openCheckpoints(isForgetful ? forgetful() : options.store);
  const begun = new Set<string>();
  return {
    signal,
    dryRun,
    session,
    log,
    checkpoint: async (key, value) => await checkpoints.keepValue(key, value),
    resumed: <T>(key: string) => checkpoints.valueOf(key) as T | undefined,
    batches: async (source, batchOptions, work) => {
      const { key = source.collection } = batchOptions;
      if (begun.has(key)) {
        throw new UserError(
          `ctx.batches walks "${key}" a second time in this migration, and could not tell the two apart ` +
            'after an interruption. Give one of them a key of its own: { key: "…" }.',
        );
      }
      begun.add(key);
      return await runBatches(source, batchOptions, work, { ...options, checkpoints });
    },
  };
}
