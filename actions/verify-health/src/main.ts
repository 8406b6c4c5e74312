import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info, warning } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { reportDirectory, writeReport } from '@paal/core/action/report-file';
import { currentRun } from '@paal/core/action/run';
import { maskSecret } from '@paal/core/action/secrets';
import { writeSummary } from '@paal/core/action/summary';
import { formatDuration } from '@paal/core/config/duration';
import { loadConfig } from '@paal/core/config/load';
import { UserError } from '@paal/core/errors';
import { appOfRepository, checkAppName } from '@paal/core/release/release';
import type { Check } from '@paal/core/verify/check';
import { createChecks, credentialsOf } from '@paal/core/verify/plan';
import { verify } from '@paal/core/verify/run';
import { planSchedule, type Schedule } from '@paal/core/verify/schedule';
import { readInputs } from './inputs.ts';
import { markingReport, sentences, troubles } from './marking.ts';
import { Progress } from './progress.ts';
import { leave, type Marking, openSubject, type Subject, settleRelease } from './release.ts';
import { counted, decisiveCheck, explanation, headline, type Result, reportOf } from './result.ts';
import { type Settings, settle } from './settings.ts';
import { renderSummary } from './summary.ts';

async function announce(
  checks: readonly Check[],
  { duration, interval }: Schedule,
  settings: Settings,
): Promise<void> {
  const rhythm = `for up to ${formatDuration(duration)}, every ${formatDuration(interval)}`;
  await group(`Verifying ${counted(checks.length, 'check')} ${rhythm}`, async () => {
    const { environment } = settings.variables;
    if (environment) info(`Environment: ${environment}`);
    else if (settings.withoutEnvironment) info(settings.withoutEnvironment);
    for (const { name, type, target, threshold } of checks) {
      info([`${type}: ${name}`, ...(target === name ? [] : [target]), threshold].join('\n  '));
    }
  });
}

/** The beginning of the answers that were not good, folded. */
async function showAnswers({ verdict }: Result): Promise<void> {
  for (const { name, status, evidence } of verdict.checks) {
    const excerpt = evidence?.excerpt;
    if (status === 'succeeded' || excerpt === undefined) continue;
    await group(`Answer to ${name}`, async () => info(excerpt));
  }
}

/** Outputs, report and summary, before the step may fail. */
async function publish(
  result: Result,
  settings: Settings,
  marking: Marking | undefined,
): Promise<void> {
  const { url, version, namespace, environment } = settings.variables;
  const context = { run: currentRun().url, environment, namespace, version, url };
  const release = marking ? { release: markingReport(marking) } : {};
  const report = await writeReport(
    await reportDirectory('verify-health'),
    reportOf(result, { ...context, ...release }),
  );
  writeOutputs({
    status: result.verdict.status,
    verified: marking?.verified ?? false,
    'failed-check': decisiveCheck(result)?.name,
    report,
  });
  await writeSummary(renderSummary(result, marking ? sentences(marking) : []));
}

/** @throws UserError unless the verdict, or the leniency that was asked for, lets the step pass */
function conclude(result: Result, { onInconclusive, onError }: Settings): void {
  const text = `${headline(result)}. ${explanation(result)}`;
  const { status } = result.verdict;
  const passes =
    (status === 'inconclusive' && onInconclusive === 'pass') ||
    (status === 'error' && onError === 'pass');
  if (result.cancelled) throw new UserError(text);
  if (status === 'succeeded') info(text);
  else if (passes) warning(`${text} The step passes, because on-${status} is pass.`);
  else throw new UserError(text);
}

/** Says what became of the release; what the user may have to do is a warning. */
function tellRelease(marking: Marking, { verdict }: Result): void {
  const warnings = verdict.status === 'succeeded' && !marking.verified ? sentences : troubles;
  for (const text of sentences(marking)) {
    if (warnings(marking).includes(text)) warning(text);
    else info(text);
  }
}

/** Marks the release that was verified, where there is one and the verdict allows it. */
async function mark(
  subject: Subject | undefined,
  { verdict, cancelled }: Result,
  signal: AbortSignal,
): Promise<Marking | undefined> {
  if (!subject) return undefined;
  const { status } = verdict;
  if (cancelled) return leave(subject, 'cancelled');
  return status === 'succeeded' ? await settleRelease(subject, signal) : leave(subject, status);
}

async function verifyRelease(
  settings: Settings,
  subject: Subject | undefined,
  { signal, clock }: ActionContext,
): Promise<void> {
  for (const secret of credentialsOf(settings.checks, settings)) maskSecret(secret);
  const checks = createChecks(settings.checks, settings);
  const schedule = planSchedule(settings, checks);
  await announce(checks, schedule, settings);

  const progress = new Progress(schedule.duration, info);
  const startedAt = new Date();
  const verification = await verify(checks, schedule, {
    clock,
    signal,
    onMeasurement: (measurement, verdict) => progress.report(measurement, verdict),
  });
  const result: Result = { ...verification, checks, schedule, startedAt };
  await showAnswers(result);
  const marking = await mark(subject, result, signal);
  if (marking) tellRelease(marking, result);
  await publish(result, settings, marking);
  conclude(result, settings);
}

/** Asks every check until the verdict is clear, and tells it. */
export async function main(context: ActionContext): Promise<void> {
  const nothing = { 'failed-check': undefined, report: undefined };
  writeOutputs({ status: 'error', verified: false, ...nothing });
  const inputs = readInputs();
  const run = currentRun();
  const config = await loadConfig(inputs.config);
  const settings = settle(inputs, config, run.ref);
  const named = (): string =>
    checkAppName(inputs.app ?? config.app ?? appOfRepository(run.repository));
  const { release } = inputs;
  const subject =
    release === undefined
      ? undefined
      : await openSubject(release, named(), settings.variables.namespace, context);
  try {
    await verifyRelease(settings, subject, context);
  } finally {
    await subject?.connection.close();
  }
}
