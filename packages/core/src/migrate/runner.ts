import { once } from 'node:events';
import type { Clock } from '../clock.ts';
import type { LoadedStep } from './load.ts';

/** One attempt at a step, from its begin in the records on. */
export interface Attempt {
  /** Calls the migration. */
  run(): Promise<void>;
  /** Writes the changelog, and that the attempt succeeded. */
  complete(milliseconds: number): Promise<void>;
  /** Writes that it did not succeed; never throws. */
  end(state: 'failed' | 'interrupted', error: unknown, milliseconds: number): Promise<void>;
}

/** What keeps the records of a run. */
export interface StepJournal {
  /** Makes sure that nobody else runs, and writes that the step begins. */
  begin(step: LoadedStep): Promise<Attempt>;
}

/** A step that ran to its end and is in the changelog (up), or no longer is (down). */
export interface CompletedStep {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Why a run stopped: `threw` (the migration failed), `unrecorded` (it ran, but the changelog could
 * not be written), `interrupted` (it still ran when the patience after a cancellation was over, or
 * stopped itself because of it), `cancelled` (before it was begun), `unbegun` (its begin could not be
 * written, or the lease was lost before it).
 */
export type StopReason = 'threw' | 'unrecorded' | 'interrupted' | 'cancelled' | 'unbegun';

/** The step at which a run stopped. */
export interface StoppedStep {
  readonly step: LoadedStep;
  readonly reason: StopReason;
  readonly error: unknown;
  readonly milliseconds: number;
}

/** What became of a run. */
export interface RunResult {
  readonly completed: readonly CompletedStep[];
  readonly stopped: StoppedStep | undefined;
}

/** What a run is given. */
export interface RunOptions {
  readonly clock: Clock;
  /** Of a cancellation, or of a lease that was lost. */
  readonly signal: AbortSignal;
  readonly onStart: (step: LoadedStep) => void;
  readonly onComplete: (step: CompletedStep) => void;
}

/**
 * How long a migration may go on after a cancellation, so that it can end and be recorded. GitHub
 * kills the step after 10 s (SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL).
 */
export const CANCEL_PATIENCE = 5_000;

async function cancelledLongAgo(options: RunOptions, stop: AbortSignal): Promise<'cancelled'> {
  if (!options.signal.aborted) await once(options.signal, 'abort', { signal: stop });
  await options.clock.sleep(CANCEL_PATIENCE, stop);
  return 'cancelled';
}

/** `false` when it still runs at the end of the patience. */
async function endsInTime(work: Promise<void>, options: RunOptions): Promise<boolean> {
  const stop = new AbortController();
  try {
    const ended = work.then(() => 'ended' as const);
    return (await Promise.race([ended, cancelledLongAgo(options, stop.signal)])) === 'ended';
  } finally {
    stop.abort();
  }
}

/** Whether a migration threw what it was told to stop with. */
function stoppedItself(error: unknown, { signal }: RunOptions): boolean {
  return (
    signal.aborted &&
    (error === signal.reason || (error instanceof Error && error.cause === signal.reason))
  );
}

async function runStep(
  step: LoadedStep,
  journal: StepJournal,
  options: RunOptions,
): Promise<CompletedStep | StoppedStep> {
  const { clock, signal } = options;
  const start = clock.now();
  const took = (): number => Math.round(clock.now() - start);
  const stop = (reason: StopReason, error: unknown): StoppedStep => ({
    step,
    reason,
    error,
    milliseconds: took(),
  });
  if (signal.aborted) return stop('cancelled', signal.reason);
  let attempt: Attempt;
  try {
    attempt = await journal.begin(step);
  } catch (error) {
    return stop('unbegun', error);
  }
  options.onStart(step);
  try {
    if (!(await endsInTime(attempt.run(), options))) {
      await attempt.end('interrupted', signal.reason, took());
      return stop('interrupted', signal.reason);
    }
  } catch (error) {
    const interrupted = stoppedItself(error, options);
    await attempt.end(interrupted ? 'interrupted' : 'failed', error, took());
    return stop(interrupted ? 'interrupted' : 'threw', error);
  }
  try {
    await attempt.complete(took());
  } catch (error) {
    await attempt.end('interrupted', error, took());
    return stop('unrecorded', error);
  }
  return { name: step.file.name, milliseconds: took() };
}

/**
 * Runs `steps` one after the other and keeps the records. Stops at the first that fails, and begins
 * no further one once cancelled. Never throws for what a migration or the database does.
 */
export async function runSteps(
  steps: readonly LoadedStep[],
  journal: StepJournal,
  options: RunOptions,
): Promise<RunResult> {
  const completed: CompletedStep[] = [];
  for (const step of steps) {
    const outcome = await runStep(step, journal, options);
    if ('reason' in outcome) return { completed, stopped: outcome };
    completed.push(outcome);
    options.onComplete(outcome);
  }
  return { completed, stopped: undefined };
}
