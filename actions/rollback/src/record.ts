import { stateOfRollback } from '@paal/core/github/deployment';
import type { DeploymentRecord } from '@paal/core/github/record';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { RollbackTarget } from '@paal/core/rollback/target';
import type { Plan } from './plan.ts';

/** Tells GitHub that a release is being gone back to. */
export function beginRecord(deployments: DeploymentRecord, { release }: RollbackTarget): void {
  const { number, version, commit } = release;
  deployments.begin({ task: 'rollback', release: number, version, commit });
}

/**
 * Tells GitHub how it ended, and that the release which was left has failed: as soon as anything of it
 * was taken back, for then it is there no more as it was put out.
 */
export function endRecord(deployments: DeploymentRecord, plan: Plan, result: RollbackResult): void {
  const { status, reason, message, outcomes, target } = result;
  const { number } = target.release;
  const from = plan.kind === 'release' && plan.from !== '' ? Number(plan.from) : number;
  // Before the other: a success makes inactive what is still called a success.
  if (outcomes.length > 0 && from !== number) {
    deployments.failed(from, `Taken back to release ${number}`);
  }
  deployments.end(stateOfRollback(status, reason), message);
}
