import { completeReport } from '@paal/core/action/report-draft';
import { currentRun } from '@paal/core/action/run';
import { leaveWord, wordOf } from '@paal/core/action/step-state';
import { loadConfig } from '@paal/core/config/load';
import { errorMessage, UserError } from '@paal/core/errors';
import { recordedTimeline } from '@paal/core/rollout/replay';
import { readJobState } from '@paal/core/verify/job-state';
import { maskCredentials } from './credentials.ts';
import { readInputs } from './inputs.ts';
import { CUT_OFF, endNoise, type Noise, planNoise } from './noise.ts';
import { settle } from './settings.ts';

const JOB_STATE = 'job-state';

/** Leaves word of what the post step may have to end. */
export function leaveNoiseToPost({ file }: Noise): void {
  leaveWord(JOB_STATE, file);
}

async function plan() {
  const inputs = readInputs();
  const run = currentRun();
  const settings = settle(inputs, await loadConfig(inputs.config), run);
  maskCredentials(settings);
  return planNoise(settings, run);
}

/** Ends the silence and the annotation that are still open when the job ends. */
async function endOpenNoise(): Promise<void> {
  const file = wordOf(JOB_STATE);
  const { silence, annotation } = file === undefined ? {} : readJobState(file);
  if (!silence && !annotation) return;
  try {
    await endNoise(await plan(), CUT_OFF);
  } catch (error) {
    const left = silence ? `The silence ${silence.id} ends by itself. ` : '';
    throw new UserError(`${left}${errorMessage(error)}`, { cause: error });
  }
}

/** Completes what a step that was cut off has left: its report, and what the monitoring was told. */
export async function post(): Promise<void> {
  try {
    await completeReport(recordedTimeline);
  } finally {
    await endOpenNoise();
  }
}
