import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cwd, env } from 'node:process';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { beginReport, type ReportDraft } from '@paal/core/action/report-draft';
import { reportDirectory } from '@paal/core/action/report-file';
import { currentRun } from '@paal/core/action/run';
import { redact } from '@paal/core/action/secrets';
import { writeSummary } from '@paal/core/action/summary';
import { errorMessage, UserError } from '@paal/core/errors';
import { updateJobState } from '@paal/core/verify/job-state';
import { createChecks } from '@paal/core/verify/plan';
import { DEFAULT_INTERVAL, planSchedule, type Schedule } from '@paal/core/verify/schedule';
import { announce } from './announce.ts';
import { newBaseline, parseBaseline } from './baseline.ts';
import { asBefore, comparableChecks } from './before-checks.ts';
import {
  type Before,
  beforeOf,
  beforeReport,
  beforeSentences,
  keptByKey,
  renderBefore,
} from './before-result.ts';
import { maskCredentials } from './credentials.ts';
import type { Inputs } from './inputs.ts';
import { measure } from './measure.ts';
import { beginNoise, planNoise } from './noise.ts';
import { stateFileOf } from './phase.ts';
import { leaveNoiseToPost } from './post.ts';
import type { Result } from './result.ts';
import type { Settings } from './settings.ts';
import { MEASURING } from './stages.ts';
import { openSurroundings } from './surroundings.ts';

const DURATION = 10_000;

/** @throws UserError for a duration that means nothing here */
function scheduleOf({ duration = DURATION }: Inputs, settings: Settings): Schedule {
  if (duration === 'auto') {
    throw new UserError(
      'duration is auto, which is how long alert rules need to see a release, and with phase: before there is none yet: write a time, such as 10s.',
    );
  }
  const interval = Math.min(settings.interval ?? DEFAULT_INTERVAL, duration);
  return planSchedule({ duration, interval }, []);
}

/** Writes what was kept, for later steps of this job and as a file for other jobs; gives its path. */
async function keep(before: Before, settings: Settings, directory: string): Promise<string> {
  const text = redact(
    JSON.stringify(newBaseline(settings.variables, new Date(), keptByKey(before)), undefined, 2),
  );
  const file = join(directory, 'baseline.json');
  await writeFile(file, `${text}\n`);
  updateJobState(stateFileOf(settings.variables), 'baseline', parseBaseline(JSON.parse(text)));
  return file;
}

async function publishBefore(
  draft: ReportDraft,
  result: Result,
  settings: Settings,
  directory: string,
): Promise<Before> {
  const before = beforeOf(result);
  const { url, version, namespace, environment, app } = settings.variables;
  const context = { run: currentRun().url, app, environment, namespace, version, url };
  const baseline = await keep(before, settings, directory);
  const report = draft.finish(beforeReport(before, result, { ...context, baseline }));
  writeOutputs({ status: before.status, baseline, report });
  await writeSummary(renderBefore(before, result, baseline));
  return before;
}

/** @throws UserError where nothing could be asked, unless that is excused */
function concludeBefore(before: Before, { onError }: Settings): void {
  for (const { already } of before.checks) if (already !== undefined) warning(already);
  const text = beforeSentences(before).join(' ');
  if (before.status === 'succeeded') info(text);
  else if (before.status === 'inconclusive' || onError === 'pass') warning(text);
  else throw new UserError(`${text} Nothing was changed.`);
}

/**
 * Asks the checks that compare with what was before a release, and keeps what they measure. There is no
 * verdict on the application: what is bad now is no fault of a release that is not there yet.
 * @throws UserError for what is not usable, and where nobody could be asked
 */
export async function takeBaseline(
  settings: Settings,
  inputs: Inputs,
  context: ActionContext,
): Promise<void> {
  maskCredentials(settings);
  const schedule = scheduleOf(inputs, settings);
  const noise = planNoise(settings, currentRun());
  leaveNoiseToPost(noise);
  // What is begun here lasts until the verification after the release, or the job, has ended.
  await beginNoise(noise, schedule.duration, context.signal);
  const { variables, servers } = settings;
  const workspace = env.GITHUB_WORKSPACE ?? cwd();
  const known = { variables, servers, clock: context.clock, workspace, phase: 'before' } as const;
  const { configs, leftOut } = comparableChecks(settings, known);
  for (const sentence of leftOut) info(sentence);
  if (configs.length === 0) {
    info('No check compares with what was before the release, so there is nothing to measure.');
    writeOutputs({ status: 'succeeded' });
    return;
  }
  const asked = { ...settings, checks: configs };
  const surroundings = await openSurroundings(asked, undefined, undefined, context);
  try {
    const checks = createChecks(configs, { ...surroundings, phase: 'before' }).map(asBefore);
    const remarks = await Promise.all(checks.map((check) => check.prepare?.(context.signal) ?? []));
    await announce('Measuring, before the release,', checks, schedule, settings);
    for (const remark of new Set(remarks.flat())) warning(remark);
    const directory = await reportDirectory('verify-health');
    const { environment = '', version = '' } = variables;
    const facts = [
      ['environment', environment],
      ['version', version],
    ] as const;
    const named = { action: 'verify-health', subject: 'measurement', flightRecord: '', facts };
    const draft = beginReport(directory, { ...named, run: currentRun().url }, MEASURING);
    try {
      const result = await measure(checks, schedule, context);
      if (result.cancelled) {
        throw new UserError('The run was cancelled before anything was kept. Nothing was changed.');
      }
      concludeBefore(await publishBefore(draft, result, settings, directory), settings);
    } catch (error) {
      await draft.fail('error', errorMessage(error));
      throw error;
    }
  } finally {
    await surroundings.close();
  }
}
