import { formatDuration } from '../../config/duration.ts';
import { errorMessage, UserError } from '../../errors.ts';
import { type HeldLease, LEASES } from './document.ts';

/** A lease that its holder has no more: it must write nothing further. */
export class LeaseLostError extends UserError {
  constructor(message: string, cause?: unknown) {
    super(message, { failureReason: 'LeaseLost', ...(cause === undefined ? {} : { cause }) });
  }
}

const LOOK = 'See what the migration that was running has done before the next run.';

/** Who has a lease, as a message says it. */
export function nameOf({ run, actor, host, acquiredAt }: HeldLease): string {
  const by = [actor && `by ${actor}`, host && `on ${host}`].filter(Boolean).join(' ');
  const since = acquiredAt ? `, since ${acquiredAt.toISOString()}` : '';
  return `${run || 'a run without an address'}${by && ` (${by})`}${since}`;
}

function detail(error: unknown): string {
  return errorMessage(error).trim().replace(/\.$/, '').replaceAll('\n', ' ');
}

/** Another run migrates the database; `silent` is for how long no beat of it was seen. */
export function heldError(lease: HeldLease, silent: number): UserError {
  return new UserError(
    `Another run is migrating this database: ${nameOf(lease)}. Its last beat was seen ` +
      `${formatDuration(silent)} ago. Nothing was changed. Run this one again when that is over, or set lock-wait.`,
    { failureReason: 'Locked' },
  );
}

/** The lease is another's, or nobody's. */
export function takenOver(highest: HeldLease | undefined): LeaseLostError {
  if (!highest) {
    return new LeaseLostError(
      `The lease of the migrations was lost: its document is gone from the collection "${LEASES}", ` +
        `which is only for runs to write. ${LOOK}`,
    );
  }
  return new LeaseLostError(
    `The lease of the migrations was lost: it was taken over from this run, which had stood still, by ` +
      `${nameOf(highest)}. ${LOOK}`,
  );
}

/** The database did not answer for as long as the lease lasts. */
export function notRenewed(error: unknown, ttl: number): LeaseLostError {
  return new LeaseLostError(
    `The lease of the migrations was lost: it could not be renewed within ${formatDuration(ttl)}, so that ` +
      `another run may have it by now: ${detail(error)}. ${LOOK}`,
    error,
  );
}

const UNAUTHORIZED = 13;

/** The lease could not be read or written. */
export function storeError(error: unknown): UserError {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const hint = code === UNAUTHORIZED ? ' The user needs the role readWrite on this database.' : '';
  return new UserError(
    `The lease of the migrations, in the collection "${LEASES}", could not be taken: ${detail(error)}.` +
      `${hint} Nothing was changed.`,
    { cause: error },
  );
}
