import { objectName } from '@paal/core/cluster/object';
import { stateOfRollback } from '@paal/core/github/deployment';
import type { DeploymentRecord } from '@paal/core/github/record';
import type { Release } from '@paal/core/release/release';
import { partOfRollback } from '@paal/core/rollback/part';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { RollbackTarget } from '@paal/core/rollback/target';
import type { WorkloadRef } from '@paal/core/workload/types';
import type { Plan } from './plan.ts';

/** Tells GitHub that a release is being gone back to, and with which workloads where not with all. */
export function beginRecord(
  deployments: DeploymentRecord,
  left: Release | undefined,
  target: RollbackTarget,
): void {
  const { number, version, commit } = target.release;
  const part = partOfRollback(left, target);
  deployments.begin({ task: 'rollback', release: number, version, commit, part });
}

/** Tells GitHub that one workload is being taken back to a revision, as a release of its own. */
export function beginRevision(
  deployments: DeploymentRecord,
  { number, version, commit }: Release,
  { kind, name }: WorkloadRef,
): void {
  const part = [objectName(kind, name)];
  deployments.begin({ task: 'rollback', release: number, version, commit, part });
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
    const part = partOfRollback(plan.left, target);
    const what = part ? `${part.join(', ')} was taken` : 'Taken';
    deployments.failed(from, `${what} back to release ${number}`);
  }
  deployments.end(stateOfRollback(status, reason), message);
}
