import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import { currentRun } from '@paal/core/action/run';
import { readInputs } from './inputs.ts';
import { publish, writeInitialOutputs } from './outputs.ts';

/** Reads the inputs, does nothing yet, and reports. */
export async function main(_context: ActionContext): Promise<void> {
  writeInitialOutputs();
  const run = currentRun();
  const { environment } = await readInputs(run.ref);
  info(`Environment: ${environment ?? 'none'}`);
  await publish({ status: 'succeeded', environment }, run);
}
