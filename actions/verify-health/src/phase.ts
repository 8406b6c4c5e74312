import { tmpdir } from 'node:os';
import { env } from 'node:process';
import { info, warning } from '@paal/core/action/log';
import { jobStateFile, readJobState } from '@paal/core/verify/job-state';
import type { Variables } from '@paal/core/verify/template';
import { type Baseline, baselineNote, parseBaseline, readBaseline, usable } from './baseline.ts';

/** Where the steps of this job leave word of `variables`' app and environment. */
export function stateFileOf(variables: Variables): string {
  return jobStateFile(variables, env.RUNNER_TEMP || tmpdir());
}

/**
 * What `phase: before` kept, in a file of another job or in this job; `undefined` where there is none of
 * this app and environment that is new enough, which is told.
 * @param file the input `baseline`
 * @throws UserError when there is no such file, or it is none of a baseline
 */
export async function recallBaseline(
  file: string | undefined,
  variables: Variables,
): Promise<Baseline | undefined> {
  const found = file
    ? await readBaseline(file)
    : parseBaseline(readJobState(stateFileOf(variables)).baseline);
  if (!found) return undefined;
  const now = new Date();
  const { baseline, ignored } = usable(found, variables, now);
  if (ignored !== undefined) warning(ignored);
  else info(baselineNote(baseline, now));
  return baseline;
}
