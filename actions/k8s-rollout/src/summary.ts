import { shownVersion } from '@paal/core/release/version';
import type { RunSummary } from '@paal/core/report/run-summary';
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
  if (!rollback) return undefined;
  const { target, status, message, configMaps } = rollback;
  const { number, version } = target.release;
  const to = `release ${number}${version ? ` (${shownVersion(version)})` : ''}`;
  if (status === 'failed') return `The rollback to ${to} failed: ${message}`;
  const config = configMaps.length > 0 ? `, with ConfigMap ${configMaps.join(', ')}` : '';
  const rest =
    target.left.length > 0
      ? ` ${target.left.join(', ')} did not serve before, and was left as it is.`
      : '';
  return status === 'cancelled'
    ? `Put back to ${to}${config}. ${message}${rest}`
    : `Rolled back to ${to}${config}; it serves.${rest}`;
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
