import { formatDuration } from '@paal/core/config/duration';
import type { StepRun, WorkflowRun } from './act.ts';
import type { Proof } from './proof.ts';
import type { Visits } from './visitors.ts';

/** The steps of the pipeline that are worth a line, by their names in the workflows. */
const TOLD: Readonly<Record<string, string>> = {
  Build: 'build',
  'Unit tests': 'unit tests',
  'Integration tests': 'integration tests',
  'Build and push the frontend': 'frontend image',
  'Build and push the backend': 'backend image',
  'Migrate the database': 'migrate',
  'Roll out': 'roll out',
  Verify: 'verify',
  'Roll back': 'roll back',
  'Verify after the rollback': 'verify again',
};

function detail({ name, outputs, errors }: StepRun): string {
  if (name === 'Migrate the database') {
    return outputs.status === 'up-to-date'
      ? 'nothing to apply'
      : `${outputs['applied-count']} applied`;
  }
  return errors[0] ?? outputs.status ?? '';
}

/** Tells of a step that has ended; empty for those that are set-up. */
export function stepLine(step: StepRun): string {
  const label = TOLD[step.name];
  if (label === undefined) return '';
  const mark = step.outcome === 'success' ? '✓' : '✗';
  const text = [label.padEnd(18), formatDuration(step.milliseconds).padStart(9)].join(' ');
  return `  ${mark} ${text}  ${detail(step)}`.trimEnd();
}

/** Tells of a whole run: its steps, and how long it took. */
export function runLines(run: WorkflowRun, visits: Visits): readonly string[] {
  const { answered, lost } = visits;
  return [
    ...run.steps.map(stepLine).filter((line) => line !== ''),
    `    ${'in all'.padEnd(18)} ${formatDuration(run.milliseconds).padStart(9)}`,
    ...(answered + lost === 0
      ? []
      : [`    ${answered} visitors were served meanwhile, ${lost} were not`]),
  ];
}

/** Tells what the cluster was asked, and what it answered. */
export function proofLines(proofs: readonly Proof[]): readonly string[] {
  return proofs.map(({ statement, instead }) =>
    instead === undefined ? `  ✓ ${statement}` : `  ✗ ${statement}: ${instead}`,
  );
}
