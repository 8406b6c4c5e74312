import { backOff } from '../back-off.ts';
import { ApiError, hasCode, isTransient } from './api-error.ts';
import { pauseAfter } from './retry.ts';

/** How a watch came to its end. */
export type WatchEnd =
  /** Its time was up, or ours for it. */
  | { readonly how: 'regular' }
  /** It broke, was refused, or may have missed something. */
  | { readonly how: 'failed'; readonly error: unknown };

/** A watch that ends sooner did not end because its time was up. */
const SHORTEST_RUN = 1_000;
/** A watch that is closed at once is as good as a list each time: so often, but no oftener. */
const LONGEST_PAUSE_CLOSED = 1_000;
const LONGEST_PAUSE_EXPIRED = 5_000;

/** When a watch is opened again. */
export interface Reopening {
  /** Milliseconds to wait before. */
  readonly pause: number;
  /** Ends in a row without a watch that lasted. */
  readonly failures: number;
}

/**
 * When a watch is opened again after its end.
 * @param failures ends in a row before this one
 * @param openFor milliseconds for which the watch was open; 0 when it was not
 * @param random between 0 and 1
 */
export function reopening(
  end: WatchEnd,
  failures: number,
  openFor: number,
  random: number,
): Reopening {
  const before = openFor >= SHORTEST_RUN ? 0 : failures;
  const now = before + 1;
  if (end.how === 'regular') {
    if (openFor >= SHORTEST_RUN) return { pause: 0, failures: 0 };
    return { pause: backOff(now, LONGEST_PAUSE_CLOSED, random), failures: now };
  }
  if (hasCode(end.error, 410)) {
    // One new list mends it; a server that answers so every time is not to be hammered.
    const pause = before === 0 ? 0 : backOff(before, LONGEST_PAUSE_EXPIRED, random);
    return { pause, failures: now };
  }
  return { pause: pauseAfter(end.error, now, random), failures: now };
}

/**
 * Whether a watch that has never been complete is given up: the server refuses it for a reason that
 * waiting does not cure. Once it was complete, even a 404 may be a server that is just starting, and
 * only the deadline gives up.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiError && !isTransient(error) && ![401, 410].includes(error.code);
}

/** Whether the server does not send lists as the start of a watch (before Kubernetes 1.32). */
export function lacksInitialEvents(error: unknown): boolean {
  return hasCode(error, 400) || hasCode(error, 422);
}
