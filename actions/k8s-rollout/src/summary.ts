import type { RunSummary } from '@paal/core/report/run-summary';
import { differences, noteOf } from '@paal/core/rollback/note';
import type { Journal } from '@paal/core/rollout/journal';
import { workloadLine } from '@paal/core/rollout/workload-line';
import type { DeployResult } from './deploy.ts';

/** How a release ended, as in "Release 3 …". */
export const HEADLINES: Readonly<Record<DeployResult['status'], string>> = {
  succeeded: 'rolled out',
  failed: 'failed',
  'timed-out': 'timed out',
  superseded: 'was superseded',
  cancelled: 'was cancelled',
  unknown: 'ended unknown',
  progressing: 'ended unknown',
};

/** What became of the rollback, in one sentence; `undefined` when none was due. */
export function rollbackNote({ rollback, notRolledBack }: DeployResult): string | undefined {
  if (notRolledBack !== undefined) return `Not rolled back: ${notRolledBack}.`;
  return rollback && noteOf(rollback);
}

/** The facts of the job summary. */
export function summarise(
  result: DeployResult,
  journal: Journal,
  facts: RunSummary['facts'],
): RunSummary {
  const { number } = result.release;
  const note = rollbackNote(result);
  const headline =
    result.status === 'succeeded' && !result.changed ? 'runs already' : HEADLINES[result.status];
  return {
    title: `Release ${number} ${headline}`,
    outcome:
      result.status === 'succeeded' ? 'good' : result.status === 'cancelled' ? 'open' : 'bad',
    verdict: result.message,
    notes: [
      ...(note === undefined ? [] : [note]),
      ...(result.rollback ? differences(result.rollback) : []),
      ...(result.pruning === undefined ? [] : [`${result.pruning}.`]),
      ...result.warnings.map(({ message, hint = '' }) => `${message} ${hint}`),
    ],
    facts,
    workloads: [...result.outcomes, ...(result.rollback?.outcomes ?? [])].map(workloadLine),
    findings: [...result.findings, ...(result.rollback?.findings ?? [])],
    phases: journal.phases,
    podPhases: journal.podPhases(),
    timeline: journal.timeline,
  };
}
