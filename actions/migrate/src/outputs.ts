import { writeOutputs } from '@paal/core/action/outputs';
import { reportDirectory, writeReport } from '@paal/core/action/report-file';
import { currentRun } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import type { MigrateResult } from '@paal/core/migrate/result';
import { renderSummary } from './summary.ts';

/** Sets every output, for the case that the step comes to no result. */
export function writeDefaultOutputs(): void {
  writeOutputs({
    status: 'failed',
    'applied-count': 0,
    'pending-count': '',
    current: '',
    previous: '',
    report: '',
  });
}

/** Writes report, outputs and summary. */
export async function publish(result: MigrateResult): Promise<void> {
  const directory = await reportDirectory('migrate');
  const report = await writeReport(directory, { run: currentRun().url, ...result });
  writeOutputs({
    status: result.status,
    'applied-count': result.appliedCount,
    'pending-count': result.pendingCount,
    current: result.current,
    previous: result.previous,
    report,
  });
  await writeSummary(renderSummary(result));
}
