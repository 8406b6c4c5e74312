import { checksumOf, fileHashOf } from './checksum.ts';
import type { MigrationFile } from './files.ts';
import type { AppliedMigration } from './history.ts';
import type { Step } from './plan.ts';
import {
  applyingRecords,
  interruptedRecords,
  type MigrationRecord,
  newestRecords,
} from './record.ts';
import type { OnInterrupted } from './request.ts';

/** Where checkout and database stand to each other. */
export interface Standing {
  /** Sorted by name. */
  readonly files: readonly MigrationFile[];
  /** Oldest first. */
  readonly history: readonly AppliedMigration[];
  readonly records: readonly MigrationRecord[];
  /** The fence of a run that lives now, where it is not ours: what it does is not interrupted. */
  readonly runningFence: number | undefined;
}

/** The names of the applied migrations. */
export function appliedNames({ history }: Pick<Standing, 'history'>): ReadonlySet<string> {
  return new Set(history.map(({ fileName }) => fileName));
}

/**
 * The applied migrations whose file is another one than the one that was applied, by the checksum
 * that was recorded then, or by the `fileHash` of migrate-mongo. Where neither is known, nothing is.
 */
export function editedNames(standing: Standing): readonly string[] {
  const { files, history } = standing;
  const applying = applyingRecords(standing);
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  return history
    .filter(({ fileName, fileHash }) => {
      const text = texts.get(fileName);
      if (text === undefined) return false;
      const checksum = applying.get(fileName)?.checksum;
      if (checksum !== undefined) return checksum !== checksumOf(text);
      return (
        fileHash !== undefined && fileHash !== fileHashOf(text) && fileHash !== checksumOf(text)
      );
    })
    .map(({ fileName }) => fileName);
}

/** The applied migrations that the checkout does not have. */
export function missingNames({ files, history }: Pick<Standing, 'files' | 'history'>) {
  const present = new Set(files.map(({ name }) => name));
  return history.map(({ fileName }) => fileName).filter((name) => !present.has(name));
}

/**
 * Those of the missing ones that are newer, by name, than all that the checkout has: the database is
 * ahead of this commit, as after a code rollback (Flyway's `*:future`).
 */
export function aheadNames(standing: Pick<Standing, 'files' | 'history'>): readonly string[] {
  const newest = standing.files.at(-1)?.name;
  if (newest === undefined) return [];
  return missingNames(standing).filter((name) => name > newest);
}

/** The migrations that are not applied, in the order in which they go up. */
export function pendingNames({ files, history }: Pick<Standing, 'files' | 'history'>) {
  const applied = appliedNames({ history });
  return files.map(({ name }) => name).filter((name) => !applied.has(name));
}

/** Those of the pending ones that are older, by name, than one that is applied. */
export function lateNames(standing: Pick<Standing, 'files' | 'history'>): readonly string[] {
  return pendingNames(standing).filter((name) =>
    standing.history.some(({ fileName }) => fileName > name),
  );
}

/** The first 14 digits, by which migrations are told apart and ordered. */
function versionOf(name: string): string | undefined {
  return /^\d{14}/.exec(name)?.[0];
}

/** Groups of files with one version, where one of them is still to be applied. */
export function duplicateVersions(standing: Standing): readonly (readonly string[])[] {
  const pending = new Set(pendingNames(standing));
  const groups = new Map<string, string[]>();
  for (const { name } of standing.files) {
    const version = versionOf(name);
    if (version !== undefined) groups.set(version, [...(groups.get(version) ?? []), name]);
  }
  return [...groups.values()].filter(
    (names) => names.length > 1 && names.some((name) => pending.has(name)),
  );
}

/** The attempts that an earlier run left in the middle. */
export function interrupted(standing: Standing): readonly MigrationRecord[] {
  return interruptedRecords(standing.records, appliedNames(standing)).filter(
    ({ state, fence }) => state === 'interrupted' || fence !== standing.runningFence,
  );
}

/** The attempts of a run that lives now. */
export function running({ records, runningFence }: Standing): readonly MigrationRecord[] {
  return records.filter(({ state, fence }) => state === 'running' && fence === runningFence);
}

/**
 * The checkpoint from which an attempt at `name` goes on: of the newest attempt in the same direction,
 * when that did not succeed. After a cut-off it is used where `resume` was asked for, after a failure
 * unless `retry` was.
 */
export function checkpointOf(
  { records }: Pick<Standing, 'records'>,
  { name, direction }: Step,
  onInterrupted: OnInterrupted,
): MigrationRecord['checkpoint'] {
  const newest = newestRecords(records).get(name);
  if (newest?.action !== direction || newest.state === 'succeeded') return undefined;
  if (onInterrupted === 'retry') return undefined;
  return newest.checkpoint;
}
