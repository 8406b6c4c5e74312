import { PATIENCE, type RequestOptions } from '../cluster/connection.ts';
import { errorMessage } from '../errors.ts';
import { isLost } from '../release/lease.ts';
import { UNAVAILABLE } from '../release/not-begun.ts';
import { collectEvidence } from '../rollout/evidence.ts';
import { followRollout } from '../rollout/follow.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import type { Verdict } from '../rollout/verdict.ts';
import type { RollbackResult, RollbackTools } from './run.ts';

/** How the watch of a revert ended. */
export type Followed = Pick<
  RollbackResult,
  'status' | 'outcomes' | 'findings' | 'message' | 'reason'
>;

/** Why a watch that saw no failure did not see a success. */
const REASONS: Readonly<Partial<Record<Verdict['status'], string>>> = {
  superseded: 'Superseded',
  unknown: UNAVAILABLE,
};

/** What is to be gone back from is not left as it is while there is time, whoever does not answer. */
export function patient({
  policy,
  signal,
}: Pick<RollbackTools, 'policy' | 'signal'>): RequestOptions {
  return signal.aborted ? {} : { patience: Math.max(PATIENCE, policy.timeout) };
}

/** Watches what a revert has written until it serves; never throws for what the cluster does. */
export async function followRevert(
  tools: RollbackTools,
  targets: readonly RolloutTarget[],
): Promise<Followed> {
  const { connection, clock, signal } = tools;
  // What is put back is known to have served: nothing is to be waited for before a pod is unblocked.
  const policy = { ...tools.policy, blockedGrace: 0 };
  const outcomes = await followRollout({ ...tools, policy }, targets);
  const bad = outcomes.find(({ verdict }) => verdict.status !== 'succeeded');
  const none = { outcomes, findings: [] };
  if (!bad) return { status: 'succeeded', ...none, message: 'it serves again', reason: '' };
  const failed = outcomes.find(
    ({ verdict }) => verdict.status === 'failed' || verdict.status === 'timed-out',
  );
  if (isLost(signal)) {
    const message = errorMessage(signal.reason);
    return { status: 'failed', ...none, message, reason: 'Superseded' };
  }
  if (!failed && signal.aborted) {
    const message = 'The run was cancelled before it was known whether it serves again.';
    return { status: 'cancelled', ...none, message, reason: 'Cancelled' };
  }
  const findings = failed ? await collectEvidence(connection, failed, clock, signal) : [];
  const { message, status } = (failed ?? bad).verdict;
  const reason = findings[0]?.reason ?? REASONS[status] ?? status;
  return { status: 'failed', outcomes, findings, message, reason };
}
