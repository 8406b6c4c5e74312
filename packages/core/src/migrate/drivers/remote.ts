import type { Clock } from '../../clock.ts';
import type { UserError } from '../../errors.ts';
import type { MigrateResult } from '../result.ts';

/** What came of migrations that ran somewhere else. */
export interface RemoteOutcome {
  /** As the runner told it; `undefined` where it did not come to that, or could not be heard. */
  readonly result: MigrateResult | undefined;
  /** Of the runner; `undefined` where it did not run, or how it ended is not known. */
  readonly exitCode: number | undefined;
  /** Why the step fails; `undefined` after an exit with 0 alone. */
  readonly failure: UserError | undefined;
}

/** What a way to a remote runner needs of the step that goes it. */
export interface DriverIo {
  /** Prints a line; it may come from outside. */
  info(line: string): void;
  warn(message: string): void;
  readonly clock: Clock;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
}
