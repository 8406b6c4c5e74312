import { writeSync } from 'node:fs';
import type { Clock } from '@paal/core/clock';
import { systemClock } from '@paal/core/clock';

/** What a run reports of itself; times are milliseconds on the machine's one monotonic clock. */
export type StressEvent =
  | { readonly what: 'acquired'; readonly fence: number; readonly at: number }
  /** One statement of a migration's body, behind an `ensureHeld` of its own. */
  | {
      readonly what: 'statement';
      readonly fence: number;
      readonly migration: string;
      readonly index: number;
      readonly asked: number;
      readonly ensured: number;
      readonly heldUntil: number;
      /** When the database had done it. */
      readonly done: number;
    }
  /** Nothing of the run is done any more, and the lease is about to be given back. */
  | { readonly what: 'over'; readonly fence: number; readonly at: number }
  | { readonly what: 'recorded'; readonly fence: number; readonly migration: string }
  | { readonly what: 'ended'; readonly how: 'ok' | 'lost' | 'failed'; readonly why: string };

/** A clock that all processes of a machine share: only the judge compares, the lease never does. */
export const machineClock: Clock = {
  now: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  sleep: systemClock.sleep,
};

/** Reports at once, so that a kill in the next moment takes nothing away. */
export function report(event: StressEvent): void {
  writeSync(1, `${JSON.stringify(event)}\n`);
}
