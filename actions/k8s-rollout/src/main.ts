import { badInput } from '@paal/core/action/bad-input';
import { openDeploymentRecord } from '@paal/core/action/deployment-record';
import { openFlightRecord } from '@paal/core/action/flight-record';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { beginReport } from '@paal/core/action/report-draft';
import { reportDirectory } from '@paal/core/action/report-file';
import { currentRun, type RunIdentity } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { errorMessage, UserError } from '@paal/core/errors';
import { openLedger } from '@paal/core/release/ledger';
import { shownVersion } from '@paal/core/release/version';
import { renderRunSummary } from '@paal/core/report/run-summary';
import { startJournal } from '@paal/core/rollout/journal';
import { alone } from './alone.ts';
import { type DeployResult, deploy } from './deploy.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { notBegun, statusBefore, writeInitialOutputs, writeRolloutOutputs } from './outputs.ts';
import { placed } from './place.ts';
import { makePlan, type Plan } from './plan.ts';
import { LEASING, PLANNING } from './stages.ts';
import { rollbackNote, summarise } from './summary.ts';

/** The one error of the step: what failed, why, what to do, and what became of the rollback. */
function failureOf(result: DeployResult): UserError {
  const [cause] = result.findings;
  const pod = cause?.pod && !result.message.includes(cause.pod) ? ` (pod ${cause.pod}).` : '.';
  const said = result.message.replace(/\.$/, '') + pod;
  const subject = cause?.workload ? `of ${cause.workload} ` : '';
  const message = [`Rollout ${subject}${result.status}: ${said}`, cause?.hint, rollbackNote(result)]
    .filter(Boolean)
    .join(' ');
  return new UserError(message, cause?.position ? { position: cause.position } : {});
}

/** Plans, rolls out, watches, takes back where needed, and reports. */
export async function main(context: ActionContext): Promise<void> {
  writeInitialOutputs();
  const run = currentRun();
  const { inputs, connection } = await prepare(run, context).catch(badInput);
  try {
    await rollOut(inputs, connection, run, context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw placed(error, process.env.GITHUB_WORKSPACE || process.cwd());
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

async function rollOut(
  inputs: Inputs,
  connection: Connection,
  run: RunIdentity,
  { signal, clock }: ActionContext,
): Promise<void> {
  const directory = await reportDirectory('k8s-rollout');
  const flight = openFlightRecord(directory);
  const begin = clock.now();
  const namespace = inputs.namespace ?? connection.namespace;
  const { app, version, environment } = inputs;
  const facts = [
    ['app', app],
    ['namespace', namespace],
    ['version', shownVersion(version)],
  ] as const;
  const about = { run, app, namespace, version, started: new Date().toISOString(), facts };
  const named = { action: 'k8s-rollout', subject: 'rollout', flightRecord: flight.file };
  const report = beginReport(directory, { ...named, ...about }, PLANNING);
  const deployments = openDeploymentRecord({ app, environment, run, clock, signal });
  try {
    const ledger = openLedger(connection, namespace, app, warning);
    const plan = async (): Promise<Plan> =>
      await makePlan(inputs, connection, ledger, namespace, signal).catch((error: unknown) =>
        notBegun(error, signal),
      );
    const first = await plan();
    if (inputs.dryRun) {
      const changed = first.writes.some(({ changes }) => changes);
      const proven = first.writes.every(({ needs }) => needs.length === 0);
      const accepted = proven ? 'all of it' : 'what it can judge already';
      info(`Dry run: the server accepts ${accepted}; nothing was changed.`);
      writeOutputs({ status: 'succeeded', changed, 'failure-reason': '' });
      report.discard();
      return;
    }
    const journal = startJournal({ print: info, record: flight.write }, clock);
    const onStage = report.enter;
    const tools = { connection, namespace, ledger, journal, deployments, clock, onStage };
    const { url, commit, actor } = run;
    const { migrationVersion } = inputs;
    const origin = { version, run: url, commit, actor, migrationVersion };
    report.enter(LEASING);
    const result = await alone(
      { ...tools, app, run: url, signal, onNotice: info },
      inputs,
      first,
      plan,
      async (begun, signal) => await deploy({ ...tools, signal }, inputs, begun, origin),
    );

    const summary = summarise(result, journal, facts);
    const file = report.finish({
      status: result.status,
      release: result.release.number,
      milliseconds: Math.round(clock.now() - begin),
      ...summary,
    });
    writeRolloutOutputs(result, version, file);
    await writeSummary(renderRunSummary(summary));
    if (result.status !== 'succeeded') throw failureOf(result);
    info(`Release ${result.release.number} serves`);
  } catch (error) {
    await report.fail(statusBefore(error, signal), errorMessage(error));
    throw error;
  } finally {
    await deployments.close();
    await flight.close();
  }
}
