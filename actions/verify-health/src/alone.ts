import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import { errorMessage, UserError } from '@paal/core/errors';
import type { DeploymentRecord } from '@paal/core/github/record';
import { closeInterrupted } from '@paal/core/release/interrupted';
import { isLost, LeaseHeldError, takeLease, withLease } from '@paal/core/release/lease';
import type { Release } from '@paal/core/release/release';
import type { Subject } from './subject.ts';

/** Who changes the app. */
export interface Turn {
  /** Address of this run. */
  readonly run: string;
  /** Milliseconds for which another run that changes it is waited for. */
  readonly waitForLease: number;
  /** What GitHub is told of it. */
  readonly deployments: DeploymentRecord;
}

/**
 * Why something that follows a verification was not done, without a full stop.
 * @param signal that of the lease, where there was one
 * @throws `error` when it is a bug
 */
export function whyNotDone(error: unknown, app: string, signal: AbortSignal): string {
  if (error instanceof LeaseHeldError) {
    return isLost(signal)
      ? `another run has taken over ${app}: ${error.run}`
      : `another run is changing ${app}: ${error.run}; run this job again when that is over, or set wait-for-lease`;
  }
  if (signal.aborted && !isLost(signal)) return 'the run was cancelled';
  if (!(error instanceof UserError)) throw error;
  return errorMessage(error).replace(/\.$/, '');
}

/**
 * Does `work` while no other run changes the app, on the releases as they are then: the checks took
 * their time. The signal that it gets aborts when the run is cancelled, or has lost the lease.
 * @returns what `work` gives, or why it was not done
 */
export async function whileAlone<T>(
  { connection, ledger, app, namespace }: Subject,
  { run, waitForLease }: Pick<Turn, 'run' | 'waitForLease'>,
  { clock, signal }: ActionContext,
  work: (releases: readonly Release[], signal: AbortSignal) => Promise<T>,
): Promise<T | string> {
  const tools = { connection, namespace, app, run, clock, signal, onNotice: info };
  let held = signal;
  try {
    const lease = await takeLease(tools, waitForLease);
    held = lease.signal;
    return await withLease(
      lease,
      undefined,
      async () => undefined,
      async () => {
        const releases = await closeInterrupted(ledger, await ledger.list(), info);
        return await work(releases, held);
      },
    );
  } catch (error) {
    return whyNotDone(error, app, held);
  }
}
