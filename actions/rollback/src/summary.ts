import { errorMessage } from '@paal/core/errors';
import type { RunSummary } from '@paal/core/report/run-summary';
import { differences, goalOf as goalOfTarget, headOf } from '@paal/core/rollback/note';
import type { RollbackResult } from '@paal/core/rollback/run';
import type { Journal } from '@paal/core/rollout/journal';
import { workloadLine } from '@paal/core/rollout/workload-line';
import type { Plan } from './plan.ts';

/** What is gone back to, in words. */
export function goalOf(plan: Plan): string {
  return plan.kind === 'revision' ? `revision ${plan.revision.number}` : goalOfTarget(plan.target);
}

/** The facts of the job summary. */
export function summarise(
  plan: Plan,
  result: RollbackResult,
  journal: Journal,
  facts: RunSummary['facts'],
): RunSummary {
  return {
    ...headOf(result, goalOf(plan)),
    notes: [
      ...result.refused.map(
        ({ name, error }) => `${name} was not taken back: ${errorMessage(error)}`,
      ),
      ...differences(result),
      ...result.configMaps.map((name) => `ConfigMap ${name} was put back too.`),
      ...result.restored.map((name) => `${name} was gone, and is there again.`),
      ...result.target.left.map((name) => `${name} did not serve before, and was left as it is.`),
    ],
    facts,
    workloads: result.outcomes.map(workloadLine),
    findings: result.findings,
    phases: journal.phases,
    podPhases: journal.podPhases(),
    timeline: journal.timeline,
  };
}
