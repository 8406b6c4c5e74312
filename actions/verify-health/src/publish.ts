import { writeOutputs } from '@paal/core/action/outputs';
import type { ReportDraft } from '@paal/core/action/report-draft';
import { currentRun } from '@paal/core/action/run';
import { writeSummary } from '@paal/core/action/summary';
import { renderRunSummary } from '@paal/core/report/run-summary';
import type { Aftermath } from './aftermath.ts';
import type { Background } from './chart.ts';
import { isExcused } from './follow-up.ts';
import { markingReport, sentences } from './marking.ts';
import { decisiveCheck, type Result, reportOf } from './result.ts';
import {
  rollbackOutputs,
  rollbackReport,
  rollbackSentences,
  rollbackSummary,
} from './rollback-report.ts';
import type { Settings } from './settings.ts';
import { renderSummary } from './summary.ts';

/**
 * Outputs, report and summary, before the step may fail.
 * @param draft what the report said until now
 * @param background what the values are seen against in charts
 */
export async function publish(
  draft: ReportDraft,
  result: Result,
  settings: Settings,
  aftermath: Aftermath | undefined,
  background: Background,
): Promise<void> {
  const { url, version, namespace, environment } = settings.variables;
  const context = { run: currentRun().url, environment, namespace, version, url };
  const release = aftermath
    ? { release: markingReport(aftermath.marking), ...rollbackReport(aftermath) }
    : {};
  const facts = { ...context, ...release };
  const report = draft.finish(reportOf(result, facts, background.baseline));
  const { status } = result.verdict;
  const passes = !result.cancelled && (status === 'succeeded' || isExcused(result, settings));
  writeOutputs({
    status,
    verified: aftermath?.marking.verified ?? false,
    ...rollbackOutputs(aftermath, passes),
    'failed-check': decisiveCheck(result)?.name,
    report,
  });
  const said = aftermath ? [...sentences(aftermath.marking), ...rollbackSentences(aftermath)] : [];
  const summary = renderSummary(result, said, background);
  const { rollback, marking } = aftermath ?? {};
  const more =
    rollback && marking
      ? `\n\n${renderRunSummary(rollbackSummary(rollback, marking.release))}`
      : '';
  await writeSummary(`${summary}${more}`);
}
