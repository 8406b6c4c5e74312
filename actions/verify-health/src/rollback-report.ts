import type { RunSummary } from '@paal/core/report/run-summary';
import { differences, goalOf, headOf, noteOf } from '@paal/core/rollback/note';
import { workloadLine } from '@paal/core/rollout/workload-line';
import type { Aftermath, Rollback } from './aftermath.ts';
import { decisiveCheck } from './result.ts';
import { recheckNote } from './verify-again.ts';

function notes({ result, again }: Rollback, failed: number): readonly string[] {
  return [
    noteOf(result).replace(/([^.])$/, '$1.'),
    ...differences(result),
    ...result.restored.map((name) => `${name} was gone, and is there again.`),
    ...(again ? [recheckNote(again, failed)] : []),
  ];
}

/** What was done about a release whose verification did not succeed, one sentence or more each. Pure. */
export function rollbackSentences({
  marking,
  rollback,
  notRolledBack,
}: Aftermath): readonly string[] {
  if (notRolledBack !== undefined) return [`Not rolled back: ${notRolledBack}.`];
  return rollback ? notes(rollback, marking.release) : [];
}

/** The outputs about the rollback, as paal/k8s-rollout has them. Pure. */
export function rollbackOutputs(aftermath: Aftermath | undefined, passes: boolean) {
  const { status, target } = aftermath?.rollback?.result ?? {};
  const attempted = status === 'succeeded' ? 'succeeded' : 'failed';
  return {
    'rolled-back': status ? attempted : passes ? 'not-needed' : 'not-attempted',
    'rolled-back-to': status === 'succeeded' ? target?.release.number : undefined,
    'rollback-target': target && (target.release.status === 'verified' ? 'verified' : 'unverified'),
  } as const;
}

/** The rollback as its own part of the job summary. Pure but for the journal's view of the pods. */
export function rollbackSummary(rollback: Rollback, failed: number): RunSummary {
  const { cause, result, journal, again } = rollback;
  const stillBad = again?.result?.verdict.status === 'failed';
  return {
    ...headOf(result, goalOf(result.target)),
    ...(stillBad ? { outcome: 'bad' } : {}),
    notes: notes(rollback, failed).slice(1),
    facts: [],
    workloads: result.outcomes.map(workloadLine),
    findings: [...result.findings, cause],
    phases: journal.phases,
    podPhases: journal.podPhases(),
    timeline: journal.timeline,
  };
}

/** What the report has of it. */
export function rollbackReport({ marking, rollback, notRolledBack }: Aftermath): object {
  if (!rollback) return { rollback: null, 'not-rolled-back': notRolledBack ?? null };
  const { result, flightRecord, again } = rollback;
  const { status, target, message, reason, configMaps, restored } = result;
  return {
    rollback: {
      ...rollbackSummary(rollback, marking.release),
      status,
      message,
      reason,
      to: [...target.sources].map(([workload, { number, version }]) => ({
        workload,
        release: number,
        version,
      })),
      'config-maps': configMaps,
      restored,
      'flight-record': flightRecord,
    },
    'not-rolled-back': null,
    'verified-again': again
      ? {
          status: again.result?.verdict.status ?? null,
          cancelled: again.result?.cancelled ?? false,
          version: again.version ?? null,
          'left-out': again.leftOut,
          'failed-check': (again.result && decisiveCheck(again.result)?.name) ?? null,
          checks: again.result?.verdict.checks ?? [],
        }
      : null,
  };
}
