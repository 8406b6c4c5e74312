import type { WorkflowRun } from './act.ts';
import { type Expectation, type Proof, prove } from './proof.ts';
import { type Change, confirmations, opening, reservations, stock } from './releases.ts';

/** One release of the demo: what is committed, and what must have become of it. */
export interface Chapter {
  readonly title: string;
  readonly change: Change;
  /** What the pipeline itself must have said. */
  readonly run: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly succeeds: boolean;
  /** A text that the job summaries must hold. */
  readonly says: string;
  /** Which release serves afterwards, and what else is to be found; tags in the order of releases. */
  expectation(tags: readonly string[]): Omit<Expectation, 'registry'>;
}

/** The releases, in their order. */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'Release 1 goes out and is verified',
    change: opening,
    succeeds: true,
    run: {
      'Migrate the database': { status: 'applied', 'applied-count': '1' },
      'Roll out': { status: 'succeeded', release: '1' },
      Verify: { status: 'succeeded' },
    },
    says: 'Verification succeeded',
    expectation: ([first = '']) => ({ tag: first, stock: false, ledger: { 1: 'verified' } }),
  },
  {
    title: 'Release 2 goes out with a migration',
    change: stock,
    succeeds: true,
    run: {
      'Measure before': { status: 'succeeded' },
      'Migrate the database': { status: 'applied', 'applied-count': '1' },
      'Roll out': { status: 'succeeded', release: '2' },
      Verify: { status: 'succeeded' },
    },
    says: 'Verification succeeded',
    expectation: ([, second = '']) => ({
      tag: second,
      stock: true,
      ledger: { 1: 'verified', 2: 'verified' },
    }),
  },
  {
    title: 'Release 3 crashes at start, and is taken back to release 2',
    change: confirmations,
    succeeds: false,
    run: {
      'Migrate the database': { status: 'up-to-date' },
      'Roll out': {
        status: 'failed',
        'failure-reason': 'CrashLoop',
        'failed-workload': 'deployment/paal-backend',
        'failed-container': 'backend',
        'rolled-back': 'succeeded',
      },
      'Verify after the rollback': { status: 'succeeded' },
    },
    // The cause is in the last line that the container wrote.
    says: 'The setting SMTP_URL is missing',
    expectation: ([, second = '']) => ({
      tag: second,
      stock: true,
      ledger: { 1: 'verified', 2: 'verified', 3: 'failed' },
    }),
  },
  {
    title: 'Release 4 comes up well and serves badly, and is taken back to release 2',
    change: reservations,
    succeeds: false,
    run: {
      'Migrate the database': { status: 'up-to-date' },
      'Roll out': { status: 'succeeded', release: '4', 'rolled-back': 'not-needed' },
      Verify: {
        status: 'failed',
        'rolled-back': 'succeeded',
        'rolled-back-to': '2',
        'rollback-target': 'verified',
      },
    },
    says: 'The pool has no connection left',
    expectation: ([, second = '']) => ({
      tag: second,
      stock: true,
      ledger: { 1: 'verified', 2: 'verified', 3: 'failed', 4: 'failed' },
    }),
  },
];

/** Compares a run of the pipeline with what its chapter tells. */
export function proveRun(chapter: Chapter, run: WorkflowRun): readonly Proof[] {
  const steps = Object.entries(chapter.run).map(([name, wanted]) => {
    const outputs = run.steps.find((step) => step.name === name)?.outputs ?? {};
    const found = Object.fromEntries(Object.keys(wanted).map((key) => [key, outputs[key]]));
    const words = Object.entries(wanted).map(([key, value]) => `${key} ${value}`);
    return prove(`the step "${name}" said: ${words.join(', ')}`, wanted, found);
  });
  const color = chapter.succeeds ? 'green' : 'red';
  const summaries = run.steps.map(({ summary }) => summary).join('\n');
  return [
    prove(`the pipeline is ${color}`, color, run.succeeded ? 'green' : 'red'),
    ...steps,
    prove(`the job summary says: ${chapter.says}`, true, summaries.includes(chapter.says)),
  ];
}
