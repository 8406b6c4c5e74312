import { backOff } from '../back-off.ts';
import { formatDuration } from '../config/duration.ts';
import { errorMessage } from '../errors.ts';
import { ApiError, isTransient, UnreachableError } from './api-error.ts';

/** Milliseconds for which an admission webhook that does not answer is asked again, at the most. */
const PATIENCE_WITH_WEBHOOKS = 10_000;
/** Whoever does not answer at all is not spared by waiting, and an outage's end is to be met soon. */
const LONGEST_PAUSE_UNREACHABLE = 1_000;
const LONGEST_PAUSE_REFUSED = 5_000;

/** Milliseconds that whoever refused asks to wait; `undefined` when it does not. */
export function askedPause(error: unknown): number | undefined {
  const asked =
    error instanceof ApiError || error instanceof UnreachableError ? error.retryAfter : undefined;
  return asked && asked > 0 ? asked : undefined;
}

/**
 * Milliseconds to wait after `failures` in a row, the last of them `error`: what the server asks for,
 * and up to a tenth more, or a back-off.
 */
export function pauseAfter(error: unknown, failures: number, random: number): number {
  const asked = askedPause(error);
  if (asked !== undefined) return asked + (asked * random) / 10;
  const longest =
    error instanceof UnreachableError ? LONGEST_PAUSE_UNREACHABLE : LONGEST_PAUSE_REFUSED;
  return backOff(failures, longest, random);
}

/** The attempts at one request so far. */
export interface Attempts {
  readonly made: number;
  /** Milliseconds since the first began. */
  readonly elapsed: number;
  /** Milliseconds for which new ones are made; 0 for a single one. */
  readonly patience: number;
  /** Whether it is a write, and one of them may have taken effect. */
  readonly unsure: boolean;
}

/**
 * Whether the API server works, and an admission webhook that it has to ask does not
 * (k8s.io/apiserver/pkg/util/webhook/error.go, ErrCallingWebhook).
 */
export function isWebhookFailure(error: unknown): boolean {
  return error instanceof ApiError && /failed calling webhook/.test(error.message);
}

/**
 * Milliseconds to wait before the next attempt; `undefined` when there is to be none. Where the server
 * asks for more time than there is, waiting would only delay the error. A first attempt that was not
 * answered may have used up all of the patience by itself, and one such answer proves nothing.
 */
export function nextAttempt(
  error: unknown,
  attempts: Attempts,
  random: number,
): number | undefined {
  const { made, elapsed } = attempts;
  const patience = isWebhookFailure(error)
    ? Math.min(attempts.patience, PATIENCE_WITH_WEBHOOKS)
    : attempts.patience;
  if (!isTransient(error) || patience === 0) return undefined;
  const left = patience - elapsed;
  const pause = pauseAfter(error, made, random);
  if (askedPause(error) !== undefined) return pause <= left ? pause : undefined;
  if (made === 1 && error instanceof UnreachableError && error.how === 'unanswered') return pause;
  return left > 0 ? Math.min(pause, left) : undefined;
}

/** `error` with what was done about it, once nothing more is. */
export function withAttempts(error: unknown, attempts: Attempts): unknown {
  if (!isTransient(error)) return error;
  const { made, elapsed, patience, unsure } = attempts;
  const asked = askedPause(error);
  const notes = [
    ...(made > 1 ? [`It was tried ${made} times in ${formatDuration(elapsed)}.`] : []),
    ...(asked !== undefined && patience > 0 && asked > patience - elapsed
      ? [`It asks to wait ${formatDuration(asked)}, which is longer than there is time.`]
      : []),
    ...(unsure ? ['It may have taken effect all the same.'] : []),
  ];
  if (notes.length === 0) return error;
  const message = [errorMessage(error), ...notes].join(' ');
  if (error instanceof ApiError) {
    return new ApiError(message, error.code, error.status, error.retryAfter, error.rule);
  }
  if (!(error instanceof UnreachableError)) return error;
  const { how, cause, retryAfter } = error;
  return new UnreachableError(message, how, { cause, retryAfter });
}
