import { type Outputs, writeOutputs } from '@paal/core/action/outputs';
import { cancelledBefore, whyNotBegun } from '@paal/core/release/not-begun';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { Plan } from './plan.ts';

/** Written before anything can go wrong, so that no later step meets an output that was never set. */
export function writeInitialOutputs(): void {
  writeOutputs({
    status: 'failed',
    'rolled-back': 'not-attempted',
    from: '',
    to: '',
    'rollback-target': '',
    release: '',
    version: '',
    'migration-version': '',
    history: '',
    'failure-reason': '',
    report: '',
  });
}

/** The status of a run that has not begun, where that is not failed. */
const STATUSES: Readonly<Record<string, string>> = { Cancelled: 'cancelled' };

/** `status` of a run that `error` has kept from its first change. */
export function statusBefore(error: unknown, signal: AbortSignal): string {
  return STATUSES[whyNotBegun(error, signal) ?? ''] ?? 'failed';
}

/**
 * For `.catch` around what comes before the first change: says in the outputs why nothing was begun, and
 * throws `error` on.
 */
export function notBegun(error: unknown, signal: AbortSignal): never {
  const reason = whyNotBegun(error, signal);
  if (reason) {
    writeOutputs({ status: statusBefore(error, signal), 'failure-reason': reason });
  }
  throw reason === 'Cancelled' ? cancelledBefore() : error;
}

function targetOutputs(plan: Plan): Outputs {
  const { from } = plan;
  if (plan.kind === 'revision') {
    const { number } = plan.revision;
    const version = `revision ${number}`;
    const migration = plan.of?.migrationVersion;
    const to = { to: number, 'rollback-target': 'unverified', version };
    return { from, ...to, 'migration-version': migration };
  }
  const { number, status, version, migrationVersion } = plan.target.release;
  return {
    from,
    to: number,
    'rollback-target': status === 'verified' ? 'verified' : 'unverified',
    version,
    'migration-version': migrationVersion,
  };
}

/** Writes what would be gone back to. */
export function writeDryRunOutputs(plan: Plan): void {
  writeOutputs({ status: 'succeeded', ...targetOutputs(plan) });
}

/** Writes the outputs of action.yml. */
export function writeRollbackOutputs(plan: Plan, result: RollbackResult, report: string): void {
  const { status, reason, target } = result;
  writeOutputs({
    ...targetOutputs(plan),
    status,
    'rolled-back': status === 'succeeded' ? 'succeeded' : 'failed',
    release: target.release.number,
    'failure-reason': reason,
    report,
  });
}
