import { group, info } from '@paal/core/action/log';
import type { Clock } from '@paal/core/clock';
import type { Connection } from '@paal/core/cluster/connection';
import { errorMessage, UserError } from '@paal/core/errors';
import type { Ledger, ReleaseOrigin } from '@paal/core/release/ledger';
import type { Release, ReleaseContent, ReleaseStatus } from '@paal/core/release/release';
import type { Finding } from '@paal/core/report/finding';
import { whyNotRolledBack } from '@paal/core/rollback/decide';
import { type RollbackResult, rollBack } from '@paal/core/rollback/run';
import { targetAfterFailure } from '@paal/core/rollback/target';
import type { Verdict } from '@paal/core/rollout/assess';
import { collectEvidence } from '@paal/core/rollout/evidence';
import { followRollout, type RolloutOutcome } from '@paal/core/rollout/follow';
import type { Journal } from '@paal/core/rollout/journal';
import { locate } from '@paal/core/rollout/locate';
import type { RolloutTarget } from '@paal/core/rollout/observation';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { write } from '@paal/core/rollout/write';
import { revisionOf } from '@paal/core/workload/deployment';
import type { Deployment } from '@paal/core/workload/types';
import type { Inputs } from './inputs.ts';

/** What a deployment works with. */
export interface DeployTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How a deployment ended; everything that outputs, summary and report say comes from it. */
export interface DeployResult {
  readonly status: Verdict['status'] | 'cancelled';
  /** One sentence. */
  readonly message: string;
  readonly changed: boolean;
  readonly findings: readonly Finding[];
  readonly release: Release | undefined;
  readonly outcomes: readonly RolloutOutcome[];
  /** Revision by workload, before the writes. */
  readonly previousRevisions: ReadonlyMap<string, number | undefined>;
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

function contentOf(plan: readonly PlannedWrite[], pick: 'live' | 'result'): ReleaseContent {
  return {
    workloads: plan.flatMap((planned) => {
      const deployment = planned[pick] as Deployment | undefined;
      return planned.workload && deployment
        ? [{ workload: planned.workload, template: deployment.spec.template }]
        : [];
    }),
    objects: pick === 'result' ? plan.flatMap(({ object }) => object ?? []) : [],
  };
}

/** Records what runs, when PAAL has not been here before, and then what is about to be written. */
async function openRelease(
  ledger: Ledger,
  plan: readonly PlannedWrite[],
  origin: ReleaseOrigin,
): Promise<Release> {
  const releases = await ledger.list();
  const before = contentOf(plan, 'live');
  if (releases.length === 0 && before.workloads.length > 0) {
    await ledger.create('adopted', before, { ...origin, version: '' });
  }
  return await ledger.create('started', contentOf(plan, 'result'), origin);
}

interface Written {
  readonly targets: readonly RolloutTarget[];
  readonly refusal: Finding | undefined;
}

async function writeAll(
  { connection, signal }: DeployTools,
  plan: readonly PlannedWrite[],
  forceConflicts: boolean,
): Promise<Written> {
  const targets: RolloutTarget[] = [];
  for (const planned of plan) {
    try {
      const target = await write(connection, planned, forceConflicts, { signal });
      if (target) targets.push(target);
    } catch (error) {
      if (signal.aborted || !(error instanceof UserError)) throw error;
      const refusal: Finding = {
        workload: planned.name,
        reason: 'WriteRefused',
        class: 'permanent',
        message: errorMessage(error),
        ...(planned.position ? { position: planned.position } : {}),
      };
      return { targets, refusal };
    }
  }
  return { targets, refusal: undefined };
}

/** The verdict on the whole: the worst of its workloads. */
function overall(outcomes: readonly RolloutOutcome[]): RolloutOutcome | undefined {
  const order: readonly Verdict['status'][] = ['failed', 'timed-out', 'superseded', 'unknown'];
  for (const status of order) {
    const found = outcomes.find(({ verdict }) => verdict.status === status);
    if (found) return found;
  }
  return undefined;
}

async function takeBack(
  tools: DeployTools,
  inputs: Inputs,
  release: Release,
  targets: readonly RolloutTarget[],
): Promise<RollbackResult | string> {
  const { ledger, journal } = tools;
  const goal = targetAfterFailure(await ledger.list(), release);
  if (!goal) return 'there is no earlier release that served';
  const workloads = targets
    .filter(({ name, changed }) => changed && goal.workloads.includes(name))
    .map(({ workload }) => workload);
  if (workloads.length === 0) {
    return `release ${goal.number} does not have the workloads that were changed`;
  }
  return await group(`Roll back to release ${goal.number}`, async () => {
    journal.begin(`back to release ${goal.number}`);
    const policy = { ...inputs.policy, timeout: inputs.rollbackTimeout };
    const result = await rollBack({ ...tools, policy, listener: journal }, goal, workloads);
    info(result.status === 'succeeded' ? 'Rolled back' : `The rollback failed: ${result.message}`);
    return result;
  });
}

/** Writes the plan, watches it, and takes it back where it fails and a rollback can cure that. */
export async function deploy(
  tools: DeployTools,
  inputs: Inputs,
  plan: readonly PlannedWrite[],
  origin: ReleaseOrigin,
): Promise<DeployResult> {
  const { connection, namespace, ledger, journal, clock, signal } = tools;
  const release = await openRelease(ledger, plan, origin);
  const previousRevisions = new Map(
    plan.flatMap(({ name, live, workload }) =>
      workload ? [[name, live && revisionOf(live)] as const] : [],
    ),
  );
  let written: Written = { targets: [], refusal: undefined };
  let outcomes: readonly RolloutOutcome[] = [];
  let cancelled = false;
  try {
    await group(`Roll out release ${release.number}`, async () => {
      journal.begin(`release ${release.number}`);
      written = await writeAll(tools, plan, inputs.forceConflicts);
      if (written.refusal || written.targets.length === 0) return;
      outcomes = await followRollout(
        connection,
        namespace,
        written.targets,
        inputs.policy,
        journal,
        clock,
        signal,
      );
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    cancelled = true;
  }
  const { targets, refusal } = written;
  const worst = overall(outcomes);
  const verdict: Verdict = refusal
    ? { status: 'failed', message: refusal.message, finding: refusal, findings: [refusal] }
    : (worst?.verdict ?? { status: 'succeeded', message: 'everything serves' });
  const evidence = worst ? await collectEvidence(connection, worst, clock, signal) : [];
  const findings = refusal ? [refusal] : evidence.map((finding) => locate(finding, plan));
  const status = cancelled ? 'cancelled' : verdict.status;
  await ledger.mark(release, LEDGER_STATUS[status]);
  const refused = cancelled ? 'the run was cancelled' : whyNotRolledBack(verdict, inputs);
  const changed = targets.some((target) => target.changed);
  const attempt =
    status === 'succeeded'
      ? undefined
      : (refused ??
        (changed ? await takeBack(tools, inputs, release, targets) : 'nothing was changed'));
  return {
    status,
    message: cancelled ? 'The run was cancelled.' : verdict.message,
    changed: changed || plan.some(({ workload, changes }) => !workload && changes),
    findings,
    release,
    outcomes,
    previousRevisions,
    rollback: typeof attempt === 'object' ? attempt : undefined,
    notRolledBack: typeof attempt === 'string' ? attempt : undefined,
  };
}
