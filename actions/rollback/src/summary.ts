import type { RunSummary } from '@paal/core/report/run-summary';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { Journal } from '@paal/core/rollout/journal';
import { workloadLine } from '@paal/core/rollout/workload-line';
import type { Plan } from './plan.ts';

/** What is gone back to, in words. */
export function goalOf(plan: Plan): string {
  if (plan.kind === 'revision') return `revision ${plan.revision.number}`;
  const { number, version } = plan.target;
  return `release ${number}${version ? ` (${version})` : ''}`;
}

/** The facts of the job summary. */
export function summarise(
  plan: Plan,
  result: RollbackResult,
  journal: Journal,
  facts: RunSummary['facts'],
): RunSummary {
  const good = result.status === 'succeeded';
  return {
    title: good ? `Back at ${goalOf(plan)}` : `The rollback to ${goalOf(plan)} failed`,
    outcome: good ? 'good' : 'bad',
    verdict: good ? 'It serves again.' : result.message,
    notes: result.configMaps.map((name) => `ConfigMap ${name} was put back too.`),
    facts,
    workloads: result.outcomes.map(workloadLine),
    findings: result.findings,
    phases: journal.phases,
    timeline: journal.timeline,
  };
}
