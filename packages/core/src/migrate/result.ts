import type { SourcePosition } from '../errors.ts';
import type { AppliedMigration } from './history.ts';
import { lateNames, missingNames, pendingNames, type Step } from './plan.ts';
import type { RunResult } from './runner.ts';

/** The output `status`; `changed` when records, and not the data, were changed. */
export type MigrateStatus =
  | 'applied'
  | 'up-to-date'
  | 'planned'
  | 'reverted'
  | 'changed'
  | 'failed';

/**
 * Where one migration stands: `applied` before this run, `done` (applied, reverted or marked) by it,
 * `interrupted` by the death or the cancellation of an earlier run.
 */
export type MigrationState =
  | 'applied'
  | 'pending'
  | 'planned'
  | 'done'
  | 'failed'
  | 'interrupted';

/** One migration, of the checkout or of the changelog. */
export interface MigrationEntry {
  readonly name: string;
  readonly state: MigrationState;
  /** In the changelog, but not in the checkout. */
  readonly missing: boolean;
  /** Not applied, though a newer one is. */
  readonly late: boolean;
  /** Its file is another one than the one that was applied. */
  readonly edited: boolean;
  readonly appliedAt: Date | undefined;
  readonly milliseconds: number | undefined;
  /** Address of the run that applied it, and its commit. */
  readonly run: string | undefined;
  readonly sha: string | undefined;
  /** The last checkpoint of an attempt that did not end, as text. */
  readonly checkpoint: string | undefined;
}

/** What is known of a call, as far as it came. */
export interface Progress {
  readonly command: MigrateCommand;
  /** Nothing is to be changed: the commands `status` and `plan`, and `dry-run`. */
  readonly dryRun: boolean;
  /** Names of the migrations in the checkout. */
  readonly files: readonly string[];
  /** `undefined` until the database has told it. */
  readonly history: readonly AppliedMigration[] | undefined;
  readonly steps: readonly Step[];
  readonly run: RunResult | undefined;
}

/** Whether the database may have been changed, and else what stood in the way. */
export type FailureKind = 'failed' | 'refused' | 'locked' | 'unreachable' | 'internal';

/** Why a call failed. */
export interface MigrateFailure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly position: SourcePosition | undefined;
}

/** What outputs, summary and report are made of. */
export interface MigrateResult {
  readonly command: MigrateCommand;
  readonly status: MigrateStatus;
  /** How many this run applied; with `down`, how many it reverted. */
  readonly appliedCount: number;
  /** How many are not applied now; `undefined` when the database did not tell. */
  readonly pendingCount: number | undefined;
  /** The last applied migration now. */
  readonly current: string | undefined;
  /** The last applied migration before this run. */
  readonly previous: string | undefined;
  /** Sorted by name; empty when the database did not tell which are applied. */
  readonly migrations: readonly MigrationEntry[];
  readonly failure: MigrateFailure | undefined;
}

type Known = Progress & { readonly history: readonly AppliedMigration[] };

function statusOf(progress: Known, pendingCount: number): MigrateStatus {
  const { command, dryRun, steps, run } = progress;
  const planned = command === 'status' ? pendingCount : dryRun ? steps.length : 0;
  if (planned > 0) return 'planned';
  if (!run?.completed.length) return 'up-to-date';
  return command === 'down' ? 'reverted' : 'applied';
}

/** The names that are applied after the run, oldest first. */
function appliedAfter({ command, history, run }: Known): readonly string[] {
  const before = history.map(({ fileName }) => fileName);
  const done = run?.completed.map(({ name }) => name) ?? [];
  return command === 'down' ? before.filter((name) => !done.includes(name)) : [...before, ...done];
}

function entries(progress: Known): readonly MigrationEntry[] {
  const { files, history, steps, run } = progress;
  const rows = new Map(history.map((row) => [row.fileName, row]));
  const done = new Map(run?.completed.map(({ name, milliseconds }) => [name, milliseconds]));
  const stopped = run?.stopped?.reason === 'cancelled' ? undefined : run?.stopped;
  const missing = new Set(missingNames(files, history));
  const late = new Set(lateNames(pendingNames(files, history), history));
  const planned = new Set(progress.dryRun ? steps.map(({ name }) => name) : []);
  const state = (name: string): MigrationState => {
    if (done.has(name)) return 'done';
    if (stopped?.step.file.name === name) return 'failed';
    if (planned.has(name)) return 'planned';
    return rows.has(name) ? 'applied' : 'pending';
  };
  return [...new Set([...files, ...rows.keys()])].sort().map((name) => ({
    name,
    state: state(name),
    missing: missing.has(name),
    late: late.has(name),
    appliedAt: rows.get(name)?.appliedAt,
    milliseconds:
      done.get(name) ?? (stopped?.step.file.name === name ? stopped.milliseconds : undefined),
  }));
}

/** What a call came to, from what is known of it and why it failed, if it did. */
export function migrateResult(
  progress: Progress,
  failure: MigrateFailure | undefined,
): MigrateResult {
  const { command, files, history, run } = progress;
  if (history === undefined) {
    return {
      command,
      status: 'failed',
      appliedCount: 0,
      pendingCount: undefined,
      current: undefined,
      previous: undefined,
      migrations: [],
      failure,
    };
  }
  const known = { ...progress, history };
  const after = appliedAfter(known);
  const pendingCount = files.filter((name) => !after.includes(name)).length;
  return {
    command,
    status: failure ? 'failed' : statusOf(known, pendingCount),
    appliedCount: run?.completed.length ?? 0,
    pendingCount,
    current: after.at(-1),
    previous: history.at(-1)?.fileName,
    migrations: entries(known),
    failure,
  };
}
