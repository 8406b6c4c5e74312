import type { SourcePosition, UserError } from '../errors.ts';
import { checkpointText } from './checks.ts';
import type { MigrationFile } from './files.ts';
import type { HeldLease } from './lease/document.ts';
import type { Step } from './plan.ts';
import { applyingRecords } from './record.ts';
import type { MigrateCommand, MigrateRequest } from './request.ts';
import type { RunResult } from './runner.ts';
import { editedNames, interrupted, lateNames, missingNames, type Standing } from './standing.ts';

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
export type MigrationState = 'applied' | 'pending' | 'planned' | 'done' | 'failed' | 'interrupted';

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
  readonly request: Pick<MigrateRequest, 'command' | 'dryRun'>;
  /** The migrations in the checkout. */
  readonly files: readonly MigrationFile[];
  /** `undefined` until the database has told it. */
  readonly standing: Standing | undefined;
  /** As it was before the marks, where there were to be some. */
  readonly before: Standing | undefined;
  /** The lease that somebody else held, where that was asked. */
  readonly held: HeldLease | undefined;
  readonly steps: readonly Step[];
  readonly run: RunResult | undefined;
  /** What was said to be applied or not, without being run. */
  readonly marked: readonly string[];
  /** What a dry run would write, as Markdown. */
  readonly preview: string | undefined;
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
  /** How many this run applied; with `down`, how many it reverted; `undefined` when nobody told. */
  readonly appliedCount: number | undefined;
  /** How many are not applied now; `undefined` when the database did not tell. */
  readonly pendingCount: number | undefined;
  /** The last applied migration now. */
  readonly current: string | undefined;
  /** The last applied migration before this run. */
  readonly previous: string | undefined;
  /** Sorted by name; empty when the database did not tell which are applied. */
  readonly migrations: readonly MigrationEntry[];
  readonly failure: MigrateFailure | undefined;
  /** What a dry run would write, as Markdown. */
  readonly preview: string | undefined;
}

type Known = Progress & { readonly standing: Standing };

/** A command that changes nothing, or is not to. */
function isDry({ request: { command, dryRun } }: Progress): boolean {
  return dryRun || command === 'status' || command === 'plan';
}

function statusOf(progress: Known, pendingCount: number): MigrateStatus {
  const { request, steps, run, marked } = progress;
  const { command } = request;
  const planned = command === 'status' ? pendingCount : isDry(progress) ? steps.length : 0;
  if (planned > 0) return 'planned';
  if (marked.length > 0) return 'changed';
  if (!run?.completed.length) return 'up-to-date';
  return command === 'down' ? 'reverted' : 'applied';
}

/** The names that are applied after the run, oldest first. */
function appliedAfter({ request, standing, run }: Known): readonly string[] {
  const before = standing.history.map(({ fileName }) => fileName);
  const done = run?.completed.map(({ name }) => name) ?? [];
  return request.command === 'down'
    ? before.filter((name) => !done.includes(name))
    : [...before, ...done];
}

function entries(progress: Known): readonly MigrationEntry[] {
  const { standing, steps, run, marked } = progress;
  const { files, history } = standing;
  const rows = new Map(history.map((row) => [row.fileName, row]));
  const done = new Map(run?.completed.map(({ name, milliseconds }) => [name, milliseconds]));
  const halted = run?.stopped?.reason;
  const stopped = halted === 'cancelled' || halted === 'unbegun' ? undefined : run?.stopped;
  const missing = new Set(missingNames(standing));
  const late = new Set(lateNames(standing));
  const edited = new Set(editedNames(standing));
  const cutOff = new Map(interrupted(standing).map((record) => [record.fileName, record]));
  const applying = applyingRecords(standing);
  const planned = new Set(isDry(progress) ? steps.map(({ name }) => name) : []);
  const state = (name: string): MigrationState => {
    if (done.has(name) || marked.includes(name)) return 'done';
    if (stopped?.step.file.name === name) {
      return stopped.reason === 'interrupted' ? 'interrupted' : 'failed';
    }
    if (planned.has(name)) return 'planned';
    if (cutOff.has(name)) return 'interrupted';
    return rows.has(name) ? 'applied' : 'pending';
  };
  const names = new Set([...files.map(({ name }) => name), ...rows.keys(), ...cutOff.keys()]);
  return [...names].sort().map((name) => {
    const record = cutOff.get(name);
    return {
      name,
      state: state(name),
      missing: missing.has(name),
      late: late.has(name),
      edited: edited.has(name),
      appliedAt: rows.get(name)?.appliedAt,
      milliseconds:
        done.get(name) ?? (stopped?.step.file.name === name ? stopped.milliseconds : undefined),
      run: (record ?? applying.get(name))?.run,
      sha: (record ?? applying.get(name))?.sha,
      checkpoint: record && checkpointText(record),
    };
  });
}

/** The result of a call of which the database told nothing. */
export function untold(command: MigrateCommand, status: MigrateStatus): MigrateResult {
  return {
    command,
    status,
    appliedCount: undefined,
    pendingCount: undefined,
    current: undefined,
    previous: undefined,
    migrations: [],
    failure: undefined,
    preview: undefined,
  };
}

/** What a call came to, from what is known of it and why it failed, if it did. */
export function migrateResult(
  progress: Progress,
  failure: MigrateFailure | undefined,
): MigrateResult {
  const { standing, run } = progress;
  const { command } = progress.request;
  if (standing === undefined) {
    const status = progress.marked.length > 0 ? 'changed' : 'up-to-date';
    return { ...untold(command, failure ? 'failed' : status), appliedCount: 0, failure };
  }
  const known = { ...progress, standing };
  const after = appliedAfter(known);
  const pendingCount = standing.files.filter(({ name }) => !after.includes(name)).length;
  return {
    command,
    status: failure ? 'failed' : statusOf(known, pendingCount),
    appliedCount: run?.completed.length ?? 0,
    pendingCount,
    current: after.at(-1),
    previous: (progress.before ?? standing).history.at(-1)?.fileName,
    migrations: entries(known),
    failure,
    preview: progress.preview,
  };
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  Failed: 'failed',
  Locked: 'locked',
  Unreachable: 'unreachable',
};

/** Which kind of failure an error is, by its reason; what names none was refused. */
export function failureKindOf({ failureReason = '' }: UserError): FailureKind {
  return KINDS[failureReason] ?? 'refused';
}

/** What a call came to that did not get as far as a migration. */
export function failedBefore(error: UserError): MigrateResult {
  const { message, position } = error;
  const failure = { kind: failureKindOf(error), message, position };
  return { ...untold('up', 'failed'), appliedCount: 0, failure };
}
