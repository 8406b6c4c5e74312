import type { ClientSession, MongoClient } from 'mongodb';
import type { Clock } from '../clock.ts';
import { errorMessage, UserError } from '../errors.ts';
import { type StrayWrite, watchStrayWrites } from './stray-writes.ts';

/** What a transaction needs to know. */
export interface TransactionOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Collections into which the run itself writes outside of the transaction: its lock, its records. */
  readonly ownCollections: readonly string[];
}

/** The server's default for transactionLifetimeLimitSeconds. */
const LIFETIME = 60_000;
/** How long a migration may go on after its transaction is over. */
const STRAY_PATIENCE = 5_000;
const MOST_NAMED = 5;
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const NOT_SUPPORTED_IN_TRANSACTION = 263;

interface DriverError {
  readonly code?: unknown;
  readonly hasErrorLabel?: (label: string) => boolean;
}

function detail(error: unknown): string {
  return errorMessage(error).trim().replace(/\.$/, '');
}

function strayError(strays: readonly StrayWrite[]): UserError {
  const names = strays.map(({ command, collection }) =>
    collection === undefined ? command : `${command} into "${collection}"`,
  );
  const distinct = [...new Set(names)];
  const more = distinct.length > MOST_NAMED ? ` and ${distinct.length - MOST_NAMED} more` : '';
  return new UserError(
    `The migration wrote outside of its transaction: ${distinct.slice(0, MOST_NAMED).join(', ')}${more}. ` +
      'That is done already and stays, unless the server refused it; everything inside the transaction ' +
      'was taken back. Pass { session: ctx.session } to every call that writes.',
  );
}

function tooLong(error: unknown): UserError {
  const reason = error === undefined ? '' : `: ${detail(error)}`;
  return new UserError(
    `The transaction took longer than the server allows, 60 s unless its transactionLifetimeLimitSeconds ` +
      `says otherwise, and was taken back as a whole${reason}. Split the migration, or let it run ` +
      'without a transaction and walk the collection with ctx.batches.',
    { cause: error },
  );
}

/** What an error at the end of a transaction means to the user, where it means more than it says. */
function explained(error: unknown): unknown {
  const { code, hasErrorLabel } = (error ?? {}) as DriverError;
  const has = (label: string): boolean => hasErrorLabel?.call(error, label) === true;
  if (has('UnknownTransactionCommitResult')) {
    return new UserError(
      `Whether the transaction was committed is unknown: ${detail(error)}. Its row in the changelog is ` +
        'part of it: run this again, which finds the migration applied, or applies it.',
      { cause: error },
    );
  }
  if (has('TransientTransactionError')) {
    return new UserError(
      `The transaction was taken back by the server again and again: ${detail(error)}. Other writes to the ` +
        'same documents are the usual reason: run this again when there are fewer, or let the ' +
        'migration run without a transaction.',
      { cause: error },
    );
  }
  if (code === NOT_SUPPORTED_IN_TRANSACTION) {
    return new UserError(
      `The migration does something that no transaction can hold: ${detail(error)}. Let it run without a transaction.`,
      { cause: error },
    );
  }
  return error;
}

/** Waits until the migration that has lost its transaction has ended as well, but not for ever. */
async function windDown(body: Promise<unknown>, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const patience = clock.sleep(STRAY_PATIENCE, stop.signal).catch(() => undefined);
  await Promise.race([body.catch(() => undefined), patience]);
  stop.abort();
}

/**
 * Runs `work` in one transaction. The driver's rules for repeating it hold, for 120 s at most: `work`
 * may be called several times, of which only the last one counts. A write of `work` that forgets
 * the session ends the transaction at once, before it can wait for a lock that the transaction holds.
 * @param client made with `monitorCommands: true`
 * @throws UserError for a write outside of it, a transaction that took too long, an unknown outcome;
 *   whatever `work` throws; the signal's reason
 */
export async function runInTransaction(
  client: MongoClient,
  work: (session: ClientSession) => Promise<void>,
  { clock, signal, ownCollections }: TransactionOptions,
): Promise<void> {
  const session = client.startSession();
  const strays: StrayWrite[] = [];
  const stray = Promise.withResolvers<'stray'>();
  const unwatch = watchStrayWrites(client, session, ownCollections, (write) => {
    strays.push(write);
    stray.resolve('stray');
  });
  let begun: number | undefined;
  let last: unknown;
  let refused: UserError | undefined;
  const attempt = async (): Promise<void> => {
    signal.throwIfAborted();
    // The driver would repeat what came too late, and will again.
    if (begun !== undefined && clock.now() - begun >= LIFETIME) throw tooLong(last);
    begun = clock.now();
    const body = work(session);
    try {
      if ((await Promise.race([body, stray.promise])) !== 'stray' && strays.length === 0) return;
    } catch (error) {
      last = error;
      if (strays.length === 0) throw error;
    }
    // After a mere abort, what the migration still does with the session would be outside of it.
    await session.endSession();
    await windDown(body, clock);
    refused = strayError(strays);
    throw refused;
  };
  try {
    await session.withTransaction(attempt, {
      readPreference: 'primary',
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    });
  } catch (error) {
    // What the driver says of a session that has ended is not the reason.
    if (refused) throw refused;
    throw error instanceof UserError || signal.aborted ? error : explained(error);
  } finally {
    unwatch();
    await session.endSession();
  }
}
