import { badInput } from '@paal/core/action/bad-input';
import { openDeploymentRecord } from '@paal/core/action/deployment-record';
import { openFlightRecord } from '@paal/core/action/flight-record';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info, warning } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { beginReport } from '@paal/core/action/report-draft';
import { reportDirectory } from '@paal/core/action/report-file';
import { currentRun, type RunIdentity } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { errorMessage, UserError } from '@paal/core/errors';
import { historyTable } from '@paal/core/release/history-table';
import { closeInterrupted } from '@paal/core/release/interrupted';
import { takeLease, withLease } from '@paal/core/release/lease';
import { type Ledger, openLedger } from '@paal/core/release/ledger';
import type { Release } from '@paal/core/release/release';
import { renderRunSummary } from '@paal/core/report/run-summary';
import type { Fate } from '@paal/core/rollback/record';
import { rollBackToRevision } from '@paal/core/rollback/revision';
import { type RollbackResult, rollBack } from '@paal/core/rollback/run';
import { settleLedger } from '@paal/core/rollback/settle-ledger';
import { withFates } from '@paal/core/rollback/unrecorded';
import type { RolloutListener } from '@paal/core/rollout/follow';
import { startJournal } from '@paal/core/rollout/journal';
import { type Inputs, readInputs } from './inputs.ts';
import {
  notBegun,
  statusBefore,
  writeDryRunOutputs,
  writeInitialOutputs,
  writeRollbackOutputs,
} from './outputs.ts';
import { makePlan, type Plan } from './plan.ts';
import { preview } from './preview.ts';
import { beginRecord, beginRevision, endRecord } from './record.ts';
import { ending, LEASING, PLANNING, puttingBack, watching } from './stages.ts';
import { goalOf, summarise } from './summary.ts';

function failureOf(goal: string, result: RollbackResult): UserError {
  const hint = result.findings[0]?.hint;
  const end = result.status === 'cancelled' ? 'was cancelled' : 'failed';
  return new UserError(
    `The rollback to ${goal} ${end}: ${result.message}${hint ? ` ${hint}` : ''}`,
  );
}

/**
 * The releases as they are now, in the log and as an output. That they cannot be read changes nothing.
 * @param fates what the ledger has not recorded
 */
async function tellHistory(ledger: Ledger, fates: readonly Fate[]): Promise<void> {
  try {
    const entries = await ledger.entries();
    const releases = withFates(
      entries.map(({ release }) => release),
      fates,
    );
    const table = historyTable(
      entries.map((entry, index) => ({ ...entry, release: releases[index] ?? entry.release })),
    );
    writeOutputs({ history: table });
    await group('Releases', async () => info(table));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    info(`The releases cannot be listed: ${errorMessage(error)}`);
  }
}

/** Plans, takes back, watches until it serves, and reports. */
export async function main(context: ActionContext): Promise<void> {
  writeInitialOutputs();
  const run = currentRun();
  const { inputs, connection } = await prepare(run, context).catch(badInput);
  try {
    await takeBack(inputs, connection, run, context);
  } finally {
    await connection.close();
  }
}

async function prepare(
  run: RunIdentity,
  { signal, clock }: ActionContext,
): Promise<{ readonly inputs: Inputs; readonly connection: Connection }> {
  const inputs = await readInputs(run);
  return { inputs, connection: hurried(connect(loadKubeConfig(), clock), signal, clock) };
}

async function takeBack(
  inputs: Inputs,
  connection: Connection,
  run: RunIdentity,
  { signal, clock }: ActionContext,
): Promise<void> {
  const directory = await reportDirectory('rollback');
  const flight = openFlightRecord(directory);
  const begin = clock.now();
  const namespace = inputs.namespace ?? connection.namespace;
  const { app, environment, policy, atomic } = inputs;
  const facts = [
    ['app', app],
    ['namespace', namespace],
  ] as const;
  const about = { run, app, namespace, started: new Date().toISOString(), facts };
  const named = { action: 'rollback', subject: 'rollback', flightRecord: flight.file };
  const report = beginReport(directory, { ...named, ...about }, PLANNING);
  const deployments = openDeploymentRecord({ app, environment, run, clock, signal });
  try {
    const ledger = openLedger(connection, namespace, app, warning);
    const look = async (): Promise<Plan> =>
      await makePlan(inputs, connection, ledger, namespace, run.url, signal).catch(
        (error: unknown) => notBegun(error, signal),
      );
    const first = await look();
    if (inputs.dryRun) {
      const tools = { connection, namespace, ledger, run: run.url, signal };
      await preview(tools, inputs, first).catch((error: unknown) => notBegun(error, signal));
      info('Dry run: nothing was changed.');
      writeDryRunOutputs(first);
      report.discard();
      await tellHistory(ledger, first.arrears.fates);
      return;
    }
    const journal = startJournal({ print: info, record: flight.write }, clock);
    const leasing = { connection, namespace, app, run: run.url, clock, signal, onNotice: info };
    report.enter(LEASING);
    const lease = await takeLease(leasing, inputs.waitForLease).catch((error: unknown) =>
      notBegun(error, signal),
    );
    const { plan, result } = await withLease(lease, first, look, async (plan, signal) => {
      const releases = await ledger.list().catch((error: unknown) => notBegun(error, signal));
      const closed = await closeInterrupted(ledger, releases, info);
      // The plan has said what is so.
      const { fates } = plan.arrears;
      await settleLedger(ledger, closed, { fates, sentences: [] }, info);
      const goal = goalOf(plan);
      journal.begin(`back to ${goal}`);
      report.enter(puttingBack(goal));
      const onBegin: RolloutListener['onBegin'] = (...begun) => {
        report.enter(watching(goal));
        journal.onBegin(...begun);
      };
      const listener = { ...journal, onBegin };
      const { url, actor } = run;
      const shared = { connection, namespace, ledger, policy, atomic, listener, clock, signal };
      const tools = { ...shared, run: url };
      const result = await group(`Roll back to ${goal}`, async () => {
        if (plan.kind === 'release') {
          beginRecord(deployments, plan.left, plan.target);
          return await rollBack({ ...tools, told: plan.told, left: plan.left }, plan.target);
        }
        const { workload, revision, of } = plan;
        const begin = (release: Release): void => beginRevision(deployments, release, workload);
        return await rollBackToRevision(tools, workload, revision, { run: url, actor, of }, begin);
      });
      report.enter(ending(goal, result.status, result.message));
      endRecord(deployments, plan, result);
      return { plan, result };
    });
    const goal = goalOf(plan);
    const summary = summarise(plan, result, journal, facts);
    const file = report.finish({
      status: result.status,
      from: plan.from,
      release: result.target.release.number,
      milliseconds: Math.round(clock.now() - begin),
      ...summary,
    });
    writeRollbackOutputs(plan, result, file);
    await tellHistory(ledger, []);
    await writeSummary(renderRunSummary(summary));
    if (result.status !== 'succeeded') throw failureOf(goal, result);
    info(`Back at ${goal}, and it serves`);
  } catch (error) {
    await report.fail(statusBefore(error, signal), errorMessage(error));
    throw error;
  } finally {
    await deployments.close();
    await flight.close();
  }
}
