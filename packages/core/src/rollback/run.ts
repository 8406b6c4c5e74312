import type { Clock } from '../clock.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { Ledger } from '../release/ledger.ts';
import { isGood, type Release } from '../release/release.ts';
import type { Finding } from '../report/finding.ts';
import { collectEvidence } from '../rollout/evidence.ts';
import { followRollout, type RolloutListener, type RolloutOutcome } from '../rollout/follow.ts';
import type { RolloutTarget } from '../rollout/observation.ts';
import type { RolloutPolicy } from '../rollout/policy.ts';
import type { WorkloadRef } from '../workload/types.ts';
import { revertConfigMaps, revertWorkload } from './revert.ts';

/** What a rollback needs at hand. */
export interface RollbackTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ledger: Ledger;
  readonly policy: RolloutPolicy;
  readonly listener: RolloutListener;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How a rollback ended. */
export interface RollbackResult {
  readonly status: 'succeeded' | 'failed';
  readonly target: Release;
  readonly outcomes: readonly RolloutOutcome[];
  readonly findings: readonly Finding[];
  /** ConfigMaps that were put back. */
  readonly configMaps: readonly string[];
  /** One sentence. */
  readonly message: string;
}

/** Watches what a revert has written until it serves; never throws for what the cluster does. */
export async function followRevert(
  tools: RollbackTools,
  targets: readonly RolloutTarget[],
): Promise<Pick<RollbackResult, 'status' | 'outcomes' | 'findings' | 'message'>> {
  const { connection, namespace, policy, listener, clock, signal } = tools;
  const outcomes = await followRollout(
    connection,
    namespace,
    targets,
    policy,
    listener,
    clock,
    signal,
  );
  const bad = outcomes.find(({ verdict }) => verdict.status !== 'succeeded');
  if (!bad) return { status: 'succeeded', outcomes, findings: [], message: 'it serves again' };
  const failed = outcomes.find(
    ({ verdict }) => verdict.status === 'failed' || verdict.status === 'timed-out',
  );
  const findings = failed ? await collectEvidence(connection, failed, clock, signal) : [];
  return { status: 'failed', outcomes, findings, message: (failed ?? bad).verdict.message };
}

/**
 * Takes `workloads` back to `target`, all together, and watches them until they serve. The ledger is
 * told: what is newer than the target and had served counts as rolled back.
 */
export async function rollBack(
  tools: RollbackTools,
  target: Release,
  workloads: readonly WorkloadRef[],
): Promise<RollbackResult> {
  const { connection, namespace, ledger, signal } = tools;
  const options: RequestOptions = { signal };
  let configMaps: readonly string[] = [];
  const targets: RolloutTarget[] = [];
  try {
    const content = await ledger.content(target);
    configMaps = await revertConfigMaps(connection, namespace, content, options);
    for (const workload of workloads) {
      targets.push(await revertWorkload(connection, workload, content, options));
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      status: 'failed',
      target,
      outcomes: [],
      findings: [],
      configMaps,
      message: errorMessage(error),
    };
  }
  const followed = await followRevert(tools, targets);
  if (followed.status === 'succeeded') {
    for (const release of await ledger.list()) {
      const newer = release.number > target.number;
      if (newer && (isGood(release) || release.status === 'failed')) {
        await ledger.mark(release, 'rolled-back');
      }
    }
    if (!isGood(target)) await ledger.mark(target, 'rolled-out');
  }
  return { ...followed, target, configMaps };
}
