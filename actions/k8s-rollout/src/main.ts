import { badInput } from '@paal/core/action/bad-input';
import { openDeploymentRecord } from '@paal/core/action/deployment-record';
import { openFlightRecord } from '@paal/core/action/flight-record';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { reportDirectory, writeReport } from '@paal/core/action/report-file';
import { currentRun, type RunIdentity } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { UserError } from '@paal/core/errors';
import { openLedger } from '@paal/core/release/ledger';
import { shownVersion } from '@paal/core/release/version';
import { renderRunSummary } from '@paal/core/report/run-summary';
import { startJournal } from '@paal/core/rollout/journal';
import { alone } from './alone.ts';
import { type DeployResult, deploy } from './deploy.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { notBegun, writeInitialOutputs, writeRolloutOutputs } from './outputs.ts';
import { placed } from './place.ts';
import { makePlan, type Plan } from './plan.ts';
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
  { clock }: ActionContext,
): Promise<{ readonly inputs: Inputs; readonly connection: Connection }> {
  return { inputs: await readInputs(run), connection: connect(loadKubeConfig(), clock) };
}

async function rollOut(
  inputs: Inputs,
  connection: Connection,
  run: RunIdentity,
  { signal, clock }: ActionContext,
): Promise<void> {
  const directory = await reportDirectory('k8s-rollout');
  const flight = openFlightRecord(directory);
  const started = new Date();
  const begin = clock.now();
  const { app, environment } = inputs;
  const deployments = openDeploymentRecord({ app, environment, run, clock, signal });
  try {
    const namespace = inputs.namespace ?? connection.namespace;
    const ledger = openLedger(connection, namespace, inputs.app);
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
      return;
    }
    const journal = startJournal({ print: info, record: flight.write }, clock);
    const tools = { connection, namespace, ledger, journal, deployments, clock };
    const { url, commit, actor } = run;
    const origin = { version: inputs.version, run: url, commit, actor };
    const result = await alone(
      { ...tools, app: inputs.app, run: url, signal, onNotice: info },
      inputs,
      first,
      plan,
      async (begun, signal) => await deploy({ ...tools, signal }, inputs, begun, origin),
    );

    const facts = [
      ['app', inputs.app],
      ['namespace', namespace],
      ['version', shownVersion(inputs.version)],
    ] as const;
    const summary = summarise(result, journal, facts);
    const report = await writeReport(directory, {
      action: 'k8s-rollout',
      status: result.status,
      run,
      app: inputs.app,
      namespace,
      version: inputs.version,
      release: result.release.number,
      started: started.toISOString(),
      milliseconds: Math.round(clock.now() - begin),
      flightRecord: flight.file,
      ...summary,
    });
    writeRolloutOutputs(result, inputs.version, report);
    await writeSummary(renderRunSummary(summary));
    if (result.status !== 'succeeded') throw failureOf(result);
    info(`Release ${result.release.number} serves`);
  } finally {
    await deployments.close();
    await flight.close();
  }
}
