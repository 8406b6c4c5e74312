import { type Outputs, writeOutputs } from '@paal/core/action/outputs';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { Plan } from './plan.ts';

/** Written before anything can go wrong, so that no later step meets an output that was never set. */
export function writeInitialOutputs(): void {
  writeOutputs({
    status: 'failed',
    from: '',
    to: '',
    'rollback-target': '',
    release: '',
    version: '',
    'failure-reason': '',
    report: '',
  });
}

/** For `.catch`, where the run was cancelled before anything was changed. */
export function cancelled(error: unknown): never {
  writeOutputs({ status: 'cancelled', 'failure-reason': 'Cancelled' });
  throw error;
}

function targetOutputs(plan: Plan): Outputs {
  const { from } = plan;
  if (plan.kind === 'revision') {
    const { number } = plan.revision;
    return { from, to: number, 'rollback-target': 'unverified', version: `revision ${number}` };
  }
  const { number, status, version } = plan.target.release;
  return {
    from,
    to: number,
    'rollback-target': status === 'verified' ? 'verified' : 'unverified',
    version,
  };
}

/** Writes what would be gone back to. */
export function writeDryRunOutputs(plan: Plan): void {
  writeOutputs({ status: 'succeeded', ...targetOutputs(plan) });
}

function failureReason(
  status: RollbackResult['status'],
  [cause]: RollbackResult['findings'],
): string {
  if (status === 'failed') return cause?.reason ?? 'RevertRefused';
  return status === 'cancelled' ? 'Cancelled' : '';
}

/** Writes the outputs of action.yml. */
export function writeRollbackOutputs(plan: Plan, result: RollbackResult, report: string): void {
  const { status, findings, target } = result;
  writeOutputs({
    ...targetOutputs(plan),
    status,
    release: target.release.number,
    'failure-reason': failureReason(status, findings),
    report,
  });
}
