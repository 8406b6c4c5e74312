import type { Clock } from '../clock.ts';
import { UnreachableError } from './api-error.ts';
import type { Connection } from './connection.ts';

/** The runner kills a step 10 s after it has cancelled it, and outputs and report come last. */
const GRACE = 5_000;

/**
 * The same connection for what is to be finished although the run is cancelled, such as the ledger's
 * marks and the writes of a rollback: requests that have no signal of their own end at the latest 5 s
 * after `signal` has aborted, with an UnreachableError.
 */
export function hurried(connection: Connection, signal: AbortSignal, clock: Clock): Connection {
  const over = new AbortController();
  const closed = new AbortController();
  const hurry = (): void => {
    const late = clock.sleep(GRACE, closed.signal);
    const silent = `The run was cancelled, and the API server ${connection.server} did not answer any more.`;
    late.then(
      () => over.abort(new UnreachableError(silent, 'unanswered')),
      () => undefined,
    );
  };
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  return {
    ...connection,
    request: async (asked, options = {}) =>
      await connection.request(asked, { ...options, signal: options.signal ?? over.signal }),
    close: async () => {
      closed.abort();
      await connection.close();
    },
  };
}
