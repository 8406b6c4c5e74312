import { writeOutputs } from '@paal/core/action/outputs';
import { cancelledBefore, UNAVAILABLE, whyNotBegun } from '@paal/core/release/not-begun';
import { revisionOf } from '@paal/core/workload/revision';
import type { DeployResult } from './deploy.ts';

/** `3`, or `deployment/a=3,deployment/b=5` for several. */
function joined(values: readonly (readonly [string, string | undefined])[]): string {
  const [only] = values;
  if (only && values.length === 1) return String(only[1] ?? '');
  return values.map(([name, value]) => `${name}=${value ?? ''}`).join(',');
}

/** The revisions that run, after a rollback where there was one. */
export function runningRevisions(
  result: DeployResult,
): readonly (readonly [string, string | undefined])[] {
  const last = result.rollback?.outcomes ?? [];
  const workloads = result.outcomes.filter(({ target }) => target.workload);
  return workloads.map(({ target, observation }) => {
    const outcome = last.find((one) => one.target.name === target.name);
    const { object, related } = outcome?.observation.object ? outcome.observation : observation;
    return [target.name, object && revisionOf(object, related.owned)] as const;
  });
}

/** `rolled-back` of the contract. */
export function rolledBack(result: DeployResult): string {
  if (result.rollback) return result.rollback.status === 'succeeded' ? 'succeeded' : 'failed';
  return result.status === 'succeeded' || !result.changed ? 'not-needed' : 'not-attempted';
}

/** Written before anything can go wrong, so that no later step meets an output that was never set. */
export function writeInitialOutputs(): void {
  writeOutputs({
    status: 'failed',
    changed: false,
    'failure-reason': '',
    'failed-workload': '',
    'failed-container': '',
    revision: '',
    'previous-revision': '',
    'rolled-back': 'not-needed',
    'rollback-target': '',
    release: '',
    version: '',
    report: '',
  });
}

/** The status of a run that has not begun, where that is not failed. */
const STATUSES: Readonly<Record<string, string>> = {
  Cancelled: 'cancelled',
  [UNAVAILABLE]: 'unknown',
};

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

/** Why it ended so, where no finding says it. */
const FAILURE_REASONS: Readonly<Partial<Record<DeployResult['status'], string>>> = {
  cancelled: 'Cancelled',
  unknown: UNAVAILABLE,
};

/** Writes the outputs of action.yml. */
export function writeRolloutOutputs(result: DeployResult, version: string, report: string): void {
  const [cause] = result.findings;
  const target = result.rollback?.target.release;
  const back = result.rollback?.status === 'succeeded';
  writeOutputs({
    status: result.status,
    changed: result.changed,
    'failure-reason': FAILURE_REASONS[result.status] ?? cause?.reason,
    'failed-workload': cause?.workload,
    'failed-container': cause?.container,
    revision: joined(runningRevisions(result)),
    'previous-revision': joined([...result.previousRevisions]),
    'rolled-back': rolledBack(result),
    'rollback-target': target ? (target.status === 'verified' ? 'verified' : 'unverified') : '',
    release: result.release.number,
    version: back ? target?.version : version,
    report,
  });
}
