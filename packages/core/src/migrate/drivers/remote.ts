import type { Clock } from '../../clock.ts';
import type { UserError } from '../../errors.ts';
import type { MigrateResult } from '../result.ts';

/** What a runner elsewhere came to, as far as it is known. */
export interface RemoteOutcome {
  readonly result: MigrateResult | undefined;
  readonly exitCode: number | undefined;
  readonly failure: UserError | undefined;
}

/** What a driver is given to speak, to wait and to be cancelled. */
export interface DriverIo {
  info(line: string): void;
  warn(message: string): void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}
