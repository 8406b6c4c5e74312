import { writeOutputs } from '@paal/core/action/outputs';
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

/** Writes the outputs of action.yml. */
export function writeRollbackOutputs(plan: Plan, result: RollbackResult, report: string): void {
  const { target, status, findings } = result;
  writeOutputs({
    status,
    from: plan.from,
    to: plan.kind === 'revision' ? plan.revision.number : target.number,
    'rollback-target': target.status === 'verified' ? 'verified' : 'unverified',
    release: target.number,
    version: target.version,
    'failure-reason': status === 'succeeded' ? '' : (findings[0]?.reason ?? 'RevertRefused'),
    report,
  });
}
