import { once } from 'node:events';
import type { Clock } from '../clock.ts';
import type { AppliedMigration, ChangelogRow } from './history.ts';
import type { LoadedStep } from './load.ts';

/** The database that is migrated, as its driver gives it. */
export interface MigrationTarget {
  /** What is applied, oldest first. */
  history(): Promise<readonly AppliedMigration[]>;
  /** Runs the migration's function against the database. */
  run(step: LoadedStep): Promise<void>;
  recordApplied(row: ChangelogRow): Promise<void>;
  recordReverted(fileName: string): Promise<void>;
  /** Ends the connection; whatever still uses it fails. */
  close(): Promise<void>;
}

/** A step that ran to its end and is in the changelog (up), or no longer is (down). */
export interface CompletedStep {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Why a run stopped: `threw` (the migration failed), `unrecorded` (it ran, but the changelog could
 * not be written), `interrupted` (it still ran when the patience after a cancellation was over),
 * `cancelled` (before it was begun).
 */
export type StopReason = 'threw' | 'unrecorded' | 'interrupted' | 'cancelled';

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
  readonly signal: AbortSignal;
  /** The calendar's time, for the changelog. */
  readonly today: () => Date;
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

/**
 * Runs `steps` one after the other and keeps the changelog. Stops at the first that fails, and begins
 * no further one once cancelled. Never throws for what a migration or the database does.
 */
export async function runSteps(
  steps: readonly LoadedStep[],
  target: MigrationTarget,
  options: RunOptions,
): Promise<RunResult> {
  const { clock, signal, today } = options;
  const migrationBlock = today().getTime();
  const completed: CompletedStep[] = [];
  for (const step of steps) {
    const start = clock.now();
    const took = (): number => Math.round(clock.now() - start);
    const stop = (reason: StopReason, error: unknown): RunResult => ({
      completed,
      stopped: { step, reason, error, milliseconds: took() },
    });
    if (signal.aborted) return stop('cancelled', signal.reason);
    options.onStart(step);
    try {
      const ended = await endsInTime(target.run(step), options);
      if (!ended) return stop('interrupted', signal.reason);
    } catch (error) {
      return stop('threw', error);
    }
    const { name } = step.file;
    try {
      await (step.direction === 'up'
        ? target.recordApplied({ fileName: name, appliedAt: today(), migrationBlock })
        : target.recordReverted(name));
    } catch (error) {
      return stop('unrecorded', error);
    }
    const done: CompletedStep = { name, milliseconds: took() };
    completed.push(done);
    options.onComplete(done);
  }
  return { completed, stopped: undefined };
}
