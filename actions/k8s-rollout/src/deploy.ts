import { group, info } from '@paal/core/action/log';
import type { Stage } from '@paal/core/action/report-draft';
import type { Clock } from '@paal/core/clock';
import type { Connection } from '@paal/core/cluster/connection';
import { errorMessage, UserError } from '@paal/core/errors';
import { stateOfRollback, stateOfRollout } from '@paal/core/github/deployment';
import type { DeploymentRecord } from '@paal/core/github/record';
import { isLost } from '@paal/core/release/lease';
import type { Ledger, ReleaseOrigin } from '@paal/core/release/ledger';
import type { Release, ReleaseStatus } from '@paal/core/release/release';
import type { Finding } from '@paal/core/report/finding';
import { rollBackAfterFailure } from '@paal/core/rollback/automatic';
import { whyNotRolledBack } from '@paal/core/rollback/decide';
import { patient } from '@paal/core/rollback/follow-revert';
import { partAfterFailure } from '@paal/core/rollback/part';
import type { RollbackResult } from '@paal/core/rollback/run';
import { targetAfterFailure } from '@paal/core/rollback/target';
import { collectEvidence } from '@paal/core/rollout/evidence';
import { followRollout, type RolloutListener } from '@paal/core/rollout/follow';
import type { Journal } from '@paal/core/rollout/journal';
import { locate } from '@paal/core/rollout/locate';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { showPodLogs } from '@paal/core/rollout/pod-logs';
import type { RolloutTarget } from '@paal/core/rollout/target';
import type { Standing } from '@paal/core/rollout/tracker';
import type { Verdict } from '@paal/core/rollout/verdict';
import { revisionOf } from '@paal/core/workload/revision';
import type { Begun } from './alone.ts';
import type { Inputs } from './inputs.ts';
import { notBegun } from './outputs.ts';
import { close, openRelease } from './release.ts';
import { ending, RECORDING, takingBack, watching, writing } from './stages.ts';
import { HEADLINES } from './summary.ts';
import { checkTags } from './tags.ts';
import { isWhole, leftBehind, type Writing, writeOn, writingPolicy } from './writing.ts';

/** What a deployment works with. */
export interface DeployTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ledger: Ledger;
  readonly journal: Journal;
  /** What GitHub is told of it. */
  readonly deployments: DeploymentRecord;
  readonly clock: Clock;
  /** Hears what the deployment does from now on. */
  readonly onStage: (stage: Stage) => void;
  /** Aborts when the run is cancelled, or has lost the lease. */
  readonly signal: AbortSignal;
}

/** How a deployment ended; everything that outputs, summary and report say comes from it. */
export interface DeployResult {
  readonly status: Verdict['status'] | 'cancelled';
  /** One sentence. */
  readonly message: string;
  readonly changed: boolean;
  readonly findings: readonly Finding[];
  /** What is not as it should be, although it serves. */
  readonly warnings: readonly Finding[];
  readonly release: Release;
  readonly outcomes: readonly Standing[];
  /** What is deleted once the release is verified, in one sentence; `undefined` for nothing. */
  readonly pruning: string | undefined;
  /** Revision by workload, before the writes. */
  readonly previousRevisions: ReadonlyMap<string, string | undefined>;
  readonly rollback: RollbackResult | undefined;
  /** Why there was no rollback, when the rollout did not succeed. */
  readonly notRolledBack: string | undefined;
}

const LEDGER_STATUS: Readonly<Record<DeployResult['status'], ReleaseStatus>> = {
  succeeded: 'rolled-out',
  failed: 'failed',
  'timed-out': 'failed',
  superseded: 'superseded',
  cancelled: 'interrupted',
  unknown: 'interrupted',
  progressing: 'interrupted',
};

/** The verdict on the whole: the worst of its workloads. */
function overall(outcomes: readonly Standing[]): Standing | undefined {
  const order: readonly Verdict['status'][] = ['failed', 'timed-out', 'superseded', 'unknown'];
  // What depends on a workload, such as a Service, is no cause of anything.
  const causesFirst = [...outcomes].sort(
    (a, b) => Number(b.target.workload !== undefined) - Number(a.target.workload !== undefined),
  );
  for (const status of order) {
    const found = causesFirst.find(({ verdict }) => verdict.status === status);
    if (found) return found;
  }
  return undefined;
}

async function takeBack(
  tools: DeployTools,
  inputs: Inputs,
  release: Release,
  targets: readonly RolloutTarget[],
  { run }: ReleaseOrigin,
): Promise<RollbackResult | string> {
  const { ledger, deployments, signal, onStage } = tools;
  const policy = { ...inputs.policy, timeout: inputs.rollbackTimeout };
  const workloads = targets.filter(({ changed }) => changed).map(({ name }) => name);
  if (workloads.length === 0) return 'no workload was changed';
  const releases = await ledger.list(patient({ policy, signal }));
  const target = targetAfterFailure(releases, release, workloads);
  if (!target) return 'there is no earlier release that served';
  const { number, version, commit } = target.release;
  onStage(takingBack(release.number, number));
  const part = partAfterFailure(target);
  deployments.begin({ task: 'rollback', release: number, version, commit, part });
  const shared = { ...tools, policy, run, left: release, inGroup: group };
  const result = await rollBackAfterFailure(shared, target);
  deployments.end(stateOfRollback(result.status, result.reason), result.message);
  return result;
}

/** The findings, with evidence, and their places in the manifests; the evidence is printed too. */
async function explain(
  { connection, clock, signal }: DeployTools,
  worst: Standing,
  plan: readonly PlannedWrite[],
): Promise<readonly Finding[]> {
  const findings = await collectEvidence(connection, worst, clock, signal);
  for (const { title, lines } of findings.flatMap(({ evidence = [] }) => evidence)) {
    await group(title, async () => info(lines.join('\n')));
  }
  return findings.map((finding) => locate(finding, plan));
}

function verdictOf(
  outcomes: readonly Standing[],
  refusal: Finding | undefined,
  unanswered: UserError | undefined,
): Verdict {
  if (unanswered) return { status: 'unknown', message: unanswered.message };
  if (refusal) {
    const { message } = refusal;
    return { status: 'failed', message, finding: refusal, findings: [refusal] };
  }
  return overall(outcomes)?.verdict ?? { status: 'succeeded', message: 'everything serves' };
}

/** The verdict in the words of its cause, which the evidence may have added to. */
function told(verdict: Verdict, [cause]: readonly Finding[]): string {
  if (!('finding' in verdict) || !cause) return verdict.message;
  return verdict.message.replace(verdict.finding.message, () => cause.message);
}

function isFailure({ status }: Verdict): boolean {
  return status === 'failed' || status === 'timed-out';
}

/** Why a rollback could not even begin. */
function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message.replace(/\.$/, '');
  throw error;
}

/** The verdict on a deployment that was stopped before it had one; `undefined` for any other. */
function stopped(
  { signal }: DeployTools,
  written: Writing,
): Pick<DeployResult, 'status' | 'message'> | undefined {
  if (isLost(signal)) return { status: 'superseded', message: errorMessage(signal.reason) };
  if (!signal.aborted) return undefined;
  return { status: 'cancelled', message: `The run was cancelled. ${leftBehind(written)}` };
}

/**
 * Makes the writes that are left of a plan, watches them, and takes them back where they fail and a
 * rollback can cure that.
 */
export async function deploy(
  tools: DeployTools,
  inputs: Inputs,
  { writing: begun, pruning }: Begun,
  origin: ReleaseOrigin,
): Promise<DeployResult> {
  const { connection, namespace, ledger, journal, deployments, clock, onStage, signal } = tools;
  const { plan } = begun;
  onStage(RECORDING);
  const recording = { namespace, prune: inputs.prune, gone: pruning.gone };
  const open = await openRelease(ledger, plan, origin, recording).catch((error: unknown) =>
    notBegun(error, signal),
  );
  const { release } = open;
  if (plan.some(({ changes }) => changes)) {
    const { number, version, commit } = release;
    deployments.begin({ task: 'deploy', release: number, version, commit });
  }
  const previousRevisions = new Map(
    plan.flatMap(({ name, live, workload }) =>
      workload ? [[name, live && revisionOf(live)] as const] : [],
    ),
  );
  const { written, outcomes } = await group(`Roll out release ${release.number}`, async () => {
    journal.begin(`release ${release.number}`);
    onStage(writing(release.number));
    const written = await writeOn(tools, begun, writingPolicy(inputs, clock.now()));
    onStage(watching(release.number));
    const watched = written.refusal || written.unanswered ? [] : written.targets;
    const { policy } = inputs;
    const logs = inputs.streamLogs
      ? showPodLogs({ connection, print: info, clock, signal })
      : undefined;
    const listener: RolloutListener = {
      ...journal,
      onStandings: (standings) => {
        journal.onStandings(standings);
        logs?.see(standings);
      },
    };
    const follow = { connection, namespace, policy, listener, clock, signal };
    const outcomes = await followRollout(follow, watched).finally(() => logs?.close());
    return { written, outcomes };
  });
  const { targets, plan: proven } = written;
  const isGood = outcomes.every(({ verdict }) => verdict.status === 'succeeded');
  const tags = isGood && !written.refusal ? await checkTags(outcomes, signal) : undefined;
  const moved = tags?.failures.map((finding) => locate(finding, proven)) ?? [];
  const refusal = written.refusal ?? moved[0];
  const worst = overall(outcomes);
  const verdict = verdictOf(outcomes, refusal, written.unanswered);
  const explained = worst && !refusal ? await explain(tools, worst, proven) : [];
  const findings = refusal ? [refusal, ...moved.slice(1)] : explained;
  const done = isWhole(written) && isGood;
  const stop =
    done || (isFailure(verdict) && !isLost(signal)) ? undefined : stopped(tools, written);
  const { status, message } = stop ?? { status: verdict.status, message: told(verdict, findings) };
  onStage(ending(release.number, `${HEADLINES[status]}: ${message.replace(/\.$/, '')}.`));
  deployments.end(stateOfRollout(status), message);
  await close(tools, open, LEDGER_STATUS[status], outcomes);
  const refused =
    status === 'cancelled'
      ? 'the run was cancelled'
      : whyNotRolledBack(stop ? { status: 'superseded', message } : verdict, inputs);
  const attempt =
    status === 'succeeded'
      ? undefined
      : (refused ?? (await takeBack(tools, inputs, release, targets, origin).catch(reasonOf)));
  return {
    status,
    message,
    changed:
      written.unsure.length > 0 ||
      targets.some((target) => target.changed) ||
      proven.some(
        ({ name, workload, changes }) => !workload && changes && written.written.includes(name),
      ),
    findings,
    warnings: tags?.warnings ?? [],
    release,
    outcomes,
    pruning: status === 'succeeded' ? pruning.note : undefined,
    previousRevisions,
    rollback: typeof attempt === 'object' ? attempt : undefined,
    notRolledBack: typeof attempt === 'string' ? attempt : undefined,
  };
}
