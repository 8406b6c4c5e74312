import type { MigrateFailure } from './result.ts';

/**
 * Exit codes of the runner, so that a Job's podFailurePolicy and a script can tell what happened:
 * below 10 what PAAL decided, above it what the system did (130 after SIGINT, 143 after SIGTERM).
 */
export const EXIT_CODES = {
  /** Everything that was asked for is done. */
  succeeded: 0,
  /** A migration failed, or was cut off: the database may have been changed. */
  failed: 1,
  /** Refused before anything was changed: bad input, an edited or missing file, an interrupted one. */
  refused: 2,
  /** Another run holds the lease; nothing was changed. */
  locked: 3,
  /** The server could not be reached, or refused the credentials; nothing was changed. */
  unreachable: 4,
  /** A bug in the runner. */
  internal: 9,
} as const;

/** The exit code of a call that failed so, or did not. */
export function exitCodeOf(failure: Pick<MigrateFailure, 'kind'> | undefined): number {
  return failure === undefined ? EXIT_CODES.succeeded : EXIT_CODES[failure.kind];
}
