import type { Verdict } from '../rollout/verdict.ts';

/** What the user wants of automatic rollbacks. */
export interface RollbackPolicy {
  readonly onFailure: 'rollback' | 'none';
  /** `app`: only failures that a rollback can cure. */
  readonly rollbackOn: 'app' | 'any';
}

/** Failures that the earlier release would meet just the same. */
const NOT_CURED = ['Paused', 'WorkloadDeleted'];

/** Why a rollout that ended so is not rolled back; `undefined` when it is. Pure. */
export function whyNotRolledBack(verdict: Verdict, policy: RollbackPolicy): string | undefined {
  if (policy.onFailure === 'none') return 'on-failure is none';
  if (verdict.status === 'superseded') return "it is somebody else's rollout now";
  if (verdict.status === 'unknown') {
    return policy.rollbackOn === 'any' ? undefined : 'it is not known whether it failed';
  }
  if (verdict.status !== 'failed' && verdict.status !== 'timed-out') return 'it did not fail';
  if (NOT_CURED.includes(verdict.finding.reason)) return 'a rollback would not cure it';
  if (verdict.finding.class === 'infrastructure' && policy.rollbackOn !== 'any') {
    return 'the cause is the infrastructure, not the release';
  }
  return undefined;
}
