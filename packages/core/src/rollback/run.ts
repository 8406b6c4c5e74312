import { isTransient } from '../cluster/api-error.ts';
import { PATIENCE, type RequestOptions } from '../cluster/connection.ts';
import { discover } from '../cluster/discovery.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import { newestFirst } from '../release/history.ts';
import { isLost } from '../release/lease.ts';
import type { Ledger } from '../release/ledger.ts';
import { UNAVAILABLE } from '../release/not-begun.ts';
import type { Release, ReleaseContent, ReleaseStatus } from '../release/release.ts';
import type { Finding } from '../report/finding.ts';
import { collectEvidence } from '../rollout/evidence.ts';
import { type FollowTools, followRollout } from '../rollout/follow.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import type { Standing } from '../rollout/tracker.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { fatesAfter } from './record.ts';
import { type Restored, restoreObjects } from './restore.ts';
import { revertConfigMaps, revertWorkload } from './revert.ts';
import type { RollbackTarget } from './target.ts';

/** What a rollback needs at hand. */
export interface RollbackTools extends FollowTools {
  readonly ledger: Ledger;
  /** Address of the run, for what `kubectl rollout history` says. */
  readonly run: string;
  /** Whether none goes back where one cannot. */
  readonly atomic: boolean;
}

/** A workload that the API server does not take back. */
export interface Refusal {
  /** `kind/name`. */
  readonly name: string;
  readonly error: UserError;
}

/** How a rollback ended. */
export interface RollbackResult {
  /** `cancelled`: everything was put back, but the run ended before it was known whether it serves. */
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly target: RollbackTarget;
  readonly outcomes: readonly Standing[];
  readonly findings: readonly Finding[];
  /** Workloads that could not be taken back, and why; the rest was. */
  readonly refused: readonly Refusal[];
  /** ConfigMaps that were put back. */
  readonly configMaps: readonly string[];
  /** `kind/name` of what was gone, and is there again; workloads and ConfigMaps aside. */
  readonly restored: readonly string[];
  /** One sentence. */
  readonly message: string;
  /** Why it did not succeed, in CamelCase; empty when it did. */
  readonly reason: string;
}

/** Why a watch that saw no failure did not see a success. */
const REASONS: Readonly<Partial<Record<Verdict['status'], string>>> = {
  superseded: 'Superseded',
  unknown: UNAVAILABLE,
};

/**
 * The result of a revert that was not made, or not all of it.
 * @throws `error` when it is a bug
 */
export function notReverted(target: RollbackTarget, error: unknown): RollbackResult {
  if (!(error instanceof UserError)) throw error;
  const nothing = { outcomes: [], findings: [], refused: [], configMaps: [], restored: [] };
  const reason = isTransient(error) ? UNAVAILABLE : 'RevertRefused';
  return { status: 'failed', target, ...nothing, message: errorMessage(error), reason };
}

/** What is to be gone back from is not left as it is while there is time, whoever does not answer. */
export function patient({
  policy,
  signal,
}: Pick<RollbackTools, 'policy' | 'signal'>): RequestOptions {
  return signal.aborted ? {} : { patience: Math.max(PATIENCE, policy.timeout) };
}

/** Says in the ledger what became of a release. That it cannot be said changes no verdict. */
export async function mark(
  { ledger, listener }: RollbackTools,
  release: Release,
  status: ReleaseStatus,
  takenBack?: readonly string[],
): Promise<void> {
  try {
    await ledger.mark(release, status, takenBack);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { number, status: before } = release;
    listener.onNotice(`The ledger still calls release ${number} ${before}: ${errorMessage(error)}`);
  }
}

/** Watches what a revert has written until it serves; never throws for what the cluster does. */
export async function followRevert(
  tools: RollbackTools,
  targets: readonly RolloutTarget[],
): Promise<Omit<RollbackResult, 'target' | 'refused' | 'configMaps' | 'restored'>> {
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

/** A release that something is taken back to, and what it holds. */
interface Source {
  readonly release: Release;
  readonly content: ReleaseContent;
}

interface Reverted extends Restored {
  readonly targets: readonly RolloutTarget[];
  readonly refused: readonly Refusal[];
  readonly configMaps: readonly string[];
}

/** What `kubectl rollout history` says of a workload that was taken back. */
function causeOfRollback(release: number, { run }: RollbackTools): string {
  return `paal back to release ${release} ${run}`;
}

async function revertAll(
  tools: RollbackTools,
  { sources }: RollbackTarget,
  from: readonly Source[],
  elsewhere: readonly KubeObject[],
  dryRun: boolean,
): Promise<Reverted> {
  const { connection, namespace } = tools;
  const options = { ...patient(tools), dryRun };
  const configMaps: string[] = [];
  const targets: RolloutTarget[] = [];
  const refused: Refusal[] = [];
  const restored: string[] = [];
  const problems: string[] = [];
  const discovery = discover(connection, options);
  for (const { content } of from) {
    configMaps.push(...(await revertConfigMaps(connection, namespace, content, options)));
    const back = await restoreObjects(connection, discovery, namespace, content, options);
    restored.push(...back.restored);
    problems.push(...back.problems);
  }
  for (const { release, content } of from) {
    for (const { workload } of content.workloads) {
      const name = objectName(workload.kind, workload.name);
      if (sources.get(name) !== release) continue;
      const told = { ...options, cause: causeOfRollback(release.number, tools) };
      try {
        targets.push(await revertWorkload(connection, workload, content, elsewhere, told));
      } catch (error) {
        if (tools.atomic || isTransient(error) || !(error instanceof UserError)) throw error;
        refused.push({ name, error });
      }
    }
  }
  return { targets, refused, configMaps, restored, problems };
}

/** What all releases applied, the newest first, where one of `from` has templates alone. */
async function appliedElsewhere(
  tools: RollbackTools,
  from: readonly Source[],
): Promise<readonly KubeObject[]> {
  const lacks = ({ content: { workloads, objects } }: Source): boolean =>
    workloads.some(({ workload: { kind, name } }) =>
      objects.every((one) => one.kind !== kind || one.metadata.name !== name),
    );
  if (!from.some(lacks)) return [];
  const entries = await tools.ledger.entries(patient(tools));
  return [...entries]
    .sort((a, b) => b.release.number - a.release.number)
    .flatMap(({ content }) => content?.objects ?? []);
}

/** What is left of a target without what is refused. */
function without(
  { sources, ...target }: RollbackTarget,
  refused: readonly Refusal[],
): RollbackTarget {
  const names = new Set(refused.map(({ name }) => name));
  return { ...target, sources: new Map([...sources].filter(([name]) => !names.has(name))) };
}

/**
 * Puts everything back, once the server has agreed to all of it; or what it agrees to, where that is
 * not to be all or nothing. Does not stop when the run is
 * cancelled: half a rollback is worse than one that nobody has watched.
 */
async function revert(
  tools: RollbackTools,
  target: RollbackTarget,
): Promise<{ readonly reverted: Reverted; readonly refused: readonly Refusal[] }> {
  // The oldest first: where two releases have the same ConfigMap, the newer one counts.
  const releases = [...newestFirst([...new Set(target.sources.values())])].reverse();
  const from: Source[] = [];
  for (const release of releases) {
    from.push({ release, content: await tools.ledger.content(release, patient(tools)) });
  }
  const elsewhere = await appliedElsewhere(tools, from);
  const tried = await revertAll(tools, target, from, elsewhere, true);
  const [first] = tried.refused;
  if (first && tried.targets.length === 0) throw first.error;
  const rest = without(target, tried.refused);
  const reverted = await revertAll(tools, rest, from, elsewhere, false);
  return { reverted, refused: [...tried.refused, ...reverted.refused] };
}

/** Takes workloads back to `target`, all together, and watches them until they serve. */
export async function rollBack(
  tools: RollbackTools,
  target: RollbackTarget,
): Promise<RollbackResult> {
  const { ledger } = tools;
  let outcome: Awaited<ReturnType<typeof revert>>;
  try {
    outcome = await revert(tools, target);
  } catch (error) {
    return notReverted(target, error);
  }
  const { reverted, refused } = outcome;
  const { targets, configMaps, restored, problems } = reverted;
  for (const name of restored) tools.listener.onNotice(`${name} was gone, and is there again`);
  for (const problem of problems) tools.listener.onNotice(problem);
  const followed = await followRevert(tools, targets);
  if (followed.status === 'succeeded') {
    const reached = without(target, refused);
    for (const { release, status, takenBack } of fatesAfter(await ledger.list(), reached)) {
      await mark(tools, release, status, takenBack);
    }
  }
  const whole = { ...followed, target, refused, configMaps, restored };
  if (refused.length === 0 || followed.status !== 'succeeded') return whole;
  const names = refused.map(({ name }) => name).join(', ');
  const why = refused.map(({ error }) => errorMessage(error)).join(' ');
  const message = `${names} could not be taken back, and the others were: ${why}`;
  return { ...whole, status: 'failed', message, reason: 'RevertRefused' };
}
