import { isTransient } from '../cluster/api-error.ts';
import { UserError } from '../errors.ts';
import { isLost, LeaseHeldError } from './lease.ts';

/** `failure-reason` where the API server does not answer, or not as it should. */
export const UNAVAILABLE = 'APIServerUnavailable';

/**
 * The `failure-reason` of a run that `error` has kept from its first change; `undefined` for a bug.
 * @param signal the run's own
 */
export function whyNotBegun(error: unknown, signal: AbortSignal): string | undefined {
  if (error instanceof LeaseHeldError || isLost(signal)) return 'LeaseHeld';
  if (signal.aborted) return 'Cancelled';
  if (isTransient(error)) return UNAVAILABLE;
  return error instanceof UserError ? (error.failureReason ?? 'BadInput') : undefined;
}

/** What a run says that was cancelled before its first change. */
export function cancelledBefore(): UserError {
  return new UserError('The run was cancelled before any workload was changed.');
}
