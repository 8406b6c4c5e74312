import { openDeploymentRecord } from '@paal/core/action/deployment-record';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info, warning } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { beginReport } from '@paal/core/action/report-draft';
import { reportDirectory } from '@paal/core/action/report-file';
import { currentRun } from '@paal/core/action/run';
import { loadConfig } from '@paal/core/config/load';
import { errorMessage, UserError } from '@paal/core/errors';
import { checkAppName } from '@paal/core/release/release';
import type { Check } from '@paal/core/verify/check';
import { createChecks } from '@paal/core/verify/plan';
import type { Surroundings } from '@paal/core/verify/probe';
import { planSchedule, type Schedule } from '@paal/core/verify/schedule';
import type { Aftermath } from './aftermath.ts';
import { announce } from './announce.ts';
import { chooseDuration } from './auto-duration.ts';
import type { Baseline } from './baseline.ts';
import { takeBaseline } from './before.ts';
import { historiesOf } from './chart-history.ts';
import { maskCredentials } from './credentials.ts';
import { isExcused } from './follow-up.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { sentences, troubles } from './marking.ts';
import { measure } from './measure.ts';
import { beginNoise, CUT_OFF, endingOf, endNoise, type Noise, planNoise } from './noise.ts';
import { recallBaseline } from './phase.ts';
import { pointLines } from './points.ts';
import { leaveNoiseToPost } from './post.ts';
import { publish } from './publish.ts';
import type { Marking } from './release.ts';
import { explanation, headline, type Result } from './result.ts';
import { rollbackSentences } from './rollback-report.ts';
import { type Settings, settle } from './settings.ts';
import { MEASURING, settling } from './stages.ts';
import type { Subject } from './subject.ts';
import { openSurroundings } from './surroundings.ts';

/** The beginning of the answers that were not good, folded. */
async function showAnswers({ verdict }: Result): Promise<void> {
  for (const { name, status, evidence } of verdict.checks) {
    const excerpt = evidence?.excerpt;
    if (status === 'succeeded' || excerpt === undefined) continue;
    await group(`Answer to ${name}`, async () => info(excerpt));
  }
}

/** @throws UserError unless the verdict, or the leniency that was asked for, lets the step pass */
function conclude(result: Result, settings: Settings, aftermath: Aftermath | undefined): void {
  const done = aftermath ? rollbackSentences(aftermath) : [];
  const text = [`${headline(result)}. ${explanation(result)}`, ...done].join(' ');
  const { status } = result.verdict;
  if (result.cancelled) throw new UserError(text);
  if (status === 'succeeded') info(text);
  else if (!isExcused(result, settings)) throw new UserError(text);
  else warning(`${text} The step passes, because on-${status} is pass.`);
}

/** Says what became of the release; what the user may have to do is a warning. */
function tellRelease(marking: Marking, { verdict }: Result): void {
  const warnings = verdict.status === 'succeeded' && !marking.verified ? sentences : troubles;
  for (const text of sentences(marking)) {
    if (warnings(marking).includes(text)) warning(text);
    else info(text);
  }
}

/** What is done after the checks, to the release and to what GitHub knows of it. */
async function follow(
  {
    subject,
    settings,
    surroundings,
    inputs,
  }: Pick<Task, 'settings' | 'surroundings' | 'inputs'> & { readonly subject: Subject },
  result: Result,
  directory: string,
  context: ActionContext,
): Promise<Aftermath> {
  const run = currentRun();
  const { environment = '', url } = settings.variables;
  const place = { app: subject.app, environment: { name: environment, url } };
  const deployments = openDeploymentRecord({ ...place, run, ...context });
  try {
    if (result.verdict.status === 'failed' && !result.cancelled) {
      deployments.failed(subject.release.number, headline(result));
    }
    const turn = { run: run.url, waitForLease: inputs.waitForLease, deployments };
    const verified = { subject, settings, surroundings, result };
    const { settleAftermath } = await import(/* webpackChunkName: "cluster" */ './aftermath.ts');
    return await settleAftermath(verified, turn, directory, context);
  } finally {
    await deployments.close();
  }
}

/** What is verified, and how. */
interface Task {
  readonly checks: readonly Check[];
  readonly schedule: Schedule;
  readonly settings: Settings;
  readonly surroundings: Surroundings;
  readonly subject: Subject | undefined;
  readonly baseline: Baseline | undefined;
  readonly inputs: Inputs;
  readonly noise: Noise;
}

/** Measures until the verdict is clear, does what follows from it, and tells both. */
async function judge(
  { checks, schedule, settings, surroundings, subject, baseline, inputs, noise }: Task,
  context: ActionContext,
): Promise<void> {
  const directory = await reportDirectory('verify-health');
  const { namespace = '', environment = '', version = '' } = settings.variables;
  const facts = [
    ['environment', environment],
    ['namespace', namespace],
    ['version', version],
  ] as const;
  const named = { action: 'verify-health', subject: 'verification', flightRecord: '', facts };
  const report = beginReport(directory, { ...named, run: currentRun().url }, MEASURING);
  try {
    const result = await measure(checks, schedule, context);
    await endNoise(noise, endingOf(result));
    await showAnswers(result);
    info(['The five points:', ...pointLines(result)].join('\n'));
    // A rollback does not wait for a picture, and must not be in it.
    const histories = historiesOf(result, context);
    if (subject) report.enter(settling(subject.release.number, headline(result)));
    const aftermath =
      subject &&
      (await follow({ subject, settings, surroundings, inputs }, result, directory, context));
    if (aftermath) tellRelease(aftermath.marking, result);
    const background = { histories: await histories, baseline };
    await publish(report, result, settings, aftermath, background);
    conclude(result, settings, aftermath);
  } catch (error) {
    await report.fail('error', errorMessage(error));
    throw error;
  }
}

/** @throws UserError when a check could never be decided in the time that there is */
async function scheduleOf(
  settings: Settings,
  checks: readonly Check[],
  { signal }: ActionContext,
): Promise<Schedule> {
  const { duration, interval } = settings;
  if (duration !== 'auto') return planSchedule({ duration, interval }, checks);
  const chosen = await chooseDuration(checks, signal);
  info(chosen.reason);
  return planSchedule({ duration: chosen.duration, interval }, checks);
}

async function verifyRelease(
  settings: Settings,
  subject: Subject | undefined,
  inputs: Inputs,
  context: ActionContext,
): Promise<void> {
  maskCredentials(settings);
  const noise = planNoise(settings, currentRun());
  leaveNoiseToPost(noise);
  const baseline = await recallBaseline(inputs.baseline, settings.variables);
  const surroundings = await openSurroundings(settings, subject, baseline, context);
  try {
    const drafted = createChecks(settings.checks, surroundings);
    const schedule = await scheduleOf(settings, drafted, context);
    const { duration } = schedule;
    const checks = createChecks(settings.checks, { ...surroundings, duration });
    await beginNoise(noise, duration, context.signal);
    const remarks = await Promise.all(checks.map((check) => check.prepare?.(context.signal) ?? []));
    await announce('Verifying', checks, schedule, settings);
    for (const remark of new Set(remarks.flat())) warning(remark);
    const task = { checks, schedule, settings, surroundings, subject, baseline, inputs, noise };
    await judge(task, context);
  } finally {
    await endNoise(noise, CUT_OFF);
    await surroundings.close();
  }
}

async function subjectOf(
  { release }: Inputs,
  { variables, onFailure, rollbackPolicy }: Settings,
  context: ActionContext,
): Promise<Subject | undefined> {
  if (release === undefined) return undefined;
  const request = {
    number: release,
    app: checkAppName(variables.app ?? ''),
    namespace: variables.namespace,
    rollback: onFailure === 'rollback' ? rollbackPolicy : undefined,
  };
  const { openSubject } = await import(/* webpackChunkName: "cluster" */ './subject.ts');
  return await openSubject(request, context);
}

/** Asks every check until the verdict is clear, tells it, and does what follows from it. */
export async function main(context: ActionContext): Promise<void> {
  const nothing = { 'failed-check': undefined, report: undefined, baseline: undefined };
  const notRolledBack = {
    'rolled-back': 'not-needed',
    'rolled-back-to': undefined,
    'rollback-target': undefined,
  };
  writeOutputs({ status: 'error', verified: false, ...notRolledBack, ...nothing });
  const inputs = readInputs();
  const run = currentRun();
  const config = await loadConfig(inputs.config);
  if (inputs.phase === 'before') {
    // There is no release yet, so nothing can become of it.
    const asked = { ...inputs, release: undefined, onFailure: undefined };
    await takeBaseline(settle(asked, config, run), inputs, context);
    return;
  }
  const settings = settle(inputs, config, run);
  const subject = await subjectOf(inputs, settings, context);
  try {
    await verifyRelease(settings, subject, inputs, context);
  } finally {
    await subject?.connection.close();
  }
}
