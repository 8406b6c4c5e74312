import { formatDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';
import type { CheckPolicy } from './judge.ts';

/** When a check is asked; milliseconds. */
export interface Schedule {
  /** The last measurement begins at its end; 0 is one measurement of each check. */
  readonly duration: number;
  /** From the start of one measurement to the start of the next. */
  readonly interval: number;
}

export const DEFAULT_DURATION = 30_000;
export const DEFAULT_INTERVAL = 2_000;

/**
 * When the measurement after `last` begins: `interval` after the start of `last`, once more at the
 * end of the duration, and never before `last` has ended. `undefined` when the time is over.
 */
export function nextStart(
  last: { readonly at: number; readonly took: number },
  { duration, interval }: Schedule,
): number | undefined {
  if (last.at >= duration) return undefined;
  const next = Math.max(Math.min(last.at + interval, duration), last.at + last.took);
  return next > duration ? undefined : next;
}

/** How many measurements fit, at most, when the next one begins at `start`. */
export function measurementsFrom(
  start: number | undefined,
  { duration, interval }: Schedule,
): number {
  if (start === undefined) return 0;
  return start >= duration ? 1 : Math.ceil((duration - start) / interval) + 1;
}

/** What of a check its times must fit. */
type Timing = Pick<CheckPolicy, 'name' | 'successes' | 'initialDelay' | 'interval'>;

function checkTiming(check: Timing, schedule: Schedule): void {
  const { name, successes = 1, initialDelay } = check;
  const { duration } = schedule;
  const interval = check.interval ?? schedule.interval;
  if (initialDelay > duration) {
    throw new UserError(
      `The check "${name}" would never be asked: its initial-delay (${formatDuration(initialDelay)}) ` +
        `is longer than the duration (${formatDuration(duration)}).`,
    );
  }
  const most = measurementsFrom(initialDelay, { duration, interval });
  if (successes <= most) return;
  throw new UserError(
    `The check "${name}" needs ${successes} successes in a row, but only ${most} measurements, ` +
      `one every ${formatDuration(interval)}, fit into ${formatDuration(duration - initialDelay)}. ` +
      'Make "duration" longer, or "interval" or "successes" smaller.',
  );
}

/**
 * The schedule that was asked for. Without an interval it is {@link DEFAULT_INTERVAL}, or the
 * duration where that is shorter.
 * @throws UserError when no check, or one of `checks`, could ever be decided by it
 */
export function planSchedule(
  { duration = DEFAULT_DURATION, interval }: Partial<Record<keyof Schedule, number | undefined>>,
  checks: readonly Timing[],
): Schedule {
  if (interval !== undefined && interval > duration && duration > 0) {
    throw new UserError(
      `The interval (${formatDuration(interval)}) is longer than the duration ` +
        `(${formatDuration(duration)}), so nothing would be measured twice. ` +
        'Make "interval" shorter or "duration" longer.',
    );
  }
  if (interval === 0 && duration > 0) {
    throw new UserError('The interval is 0; write the time between two measurements, such as 2s.');
  }
  const schedule = { duration, interval: interval ?? Math.min(DEFAULT_INTERVAL, duration) };
  for (const check of checks) checkTiming(check, schedule);
  return schedule;
}
