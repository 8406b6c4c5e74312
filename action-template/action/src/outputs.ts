import { writeOutputs } from '@paal/core/action/outputs';
import { reportDirectory, writeReport } from '@paal/core/action/report-file';
import type { RunIdentity } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import { code, paragraphs } from '@paal/core/report/markdown';

/** What became of the step. */
export interface Result {
  readonly status: 'succeeded' | 'failed';
  readonly environment: string | undefined;
}

/** Written before anything can go wrong, so that no later step meets an output that was never set. */
export function writeInitialOutputs(): void {
  writeOutputs({ status: 'failed', report: '' });
}

/** The result as Markdown. */
export function renderSummary({ status, environment }: Result): string {
  return paragraphs(
    `## ${status === 'succeeded' ? '✅' : '❌'} new-action`,
    environment && `environment ${code(environment)}`,
  );
}

/** Writes report, outputs and summary, before the step may fail. */
export async function publish(result: Result, run: RunIdentity): Promise<void> {
  const directory = await reportDirectory('new-action');
  const report = await writeReport(directory, { action: 'new-action', run, ...result });
  writeOutputs({ status: result.status, report });
  await writeSummary(renderSummary(result));
}
