import type { AppliedMigration } from './history.ts';
import type { Direction } from './plan.ts';
import type { StoredSource } from './stored-source.ts';

/**
 * The collection of attempts. Not the changelog: migrate-mongo takes every row there for an applied
 * migration, so that what failed, what is under way and what was reverted has no place in it.
 */
export const RECORDS = 'paal_migrations';

/** What was done: a migration was run, or said to be applied or not without being run. */
export type RecordedAction = Direction | 'baseline' | 'repair';

/**
 * `planned` until it has ended: what it means, the changelog tells (see `planned.ts`). `running` of a run
 * that no longer lives means `interrupted`.
 */
export type RecordState = 'planned' | 'running' | 'succeeded' | 'failed' | 'interrupted';

/** One attempt to apply or to revert one migration. */
export interface MigrationRecord {
  readonly _id: string;
  readonly fileName: string;
  readonly action: RecordedAction;
  readonly state: RecordState;
  /** Of the lease under which it ran: an attempt under a lower one than ours is over. */
  readonly fence: number;
  /** Address of the run, who started it, from which commit, on which host. */
  readonly run: string;
  readonly actor: string;
  readonly sha: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly milliseconds?: number;
  readonly error?: string;
  /** Of the file that was run. */
  readonly checksum?: string;
  /** What was run, so that it can be reverted from a commit that does not have it. */
  readonly source?: StoredSource;
  readonly checkpoint?: Readonly<Record<string, unknown>>;
  /** The `migrationBlock` of the row in the changelog that it is about. */
  readonly migrationBlock?: number;
  /** What the backup before this run called itself. */
  readonly backup?: string;
  /** Among the attempts of its run, which are made in this order. */
  readonly position?: number;
  /** Of an attempt that has not ended: whether it is known to have begun. */
  readonly begun?: boolean;
}

/** The newest attempt at each migration, by file name. */
export function newestRecords(
  records: readonly MigrationRecord[],
): ReadonlyMap<string, MigrationRecord> {
  const newest = new Map<string, MigrationRecord>();
  for (const record of [...records].sort(byAge)) newest.set(record.fileName, record);
  return newest;
}

function byAge(a: MigrationRecord, b: MigrationRecord): number {
  return a.fence - b.fence || a.startedAt.getTime() - b.startedAt.getTime();
}

function isAbout(
  { action, fileName, migrationBlock }: MigrationRecord,
  blocks: ReadonlyMap<string, number | undefined>,
): boolean {
  return (
    action === 'down' || migrationBlock === undefined || blocks.get(fileName) === migrationBlock
  );
}

/** A repair says what the code of a migration is, not who applied it. */
function corrected(applied: MigrationRecord, repair: MigrationRecord): MigrationRecord {
  const { run, actor, sha, host, startedAt } = applied;
  return { ...repair, run, actor, sha, host, startedAt };
}

/**
 * The attempt that applied each migration, by file name: the newest that succeeded in doing so, and is
 * about the row that is there now. One that migrate-mongo has reverted and applied again since is none
 * of ours any more.
 */
export function applyingRecords({
  records,
  history,
}: {
  readonly records: readonly MigrationRecord[];
  readonly history: readonly AppliedMigration[];
}): ReadonlyMap<string, MigrationRecord> {
  const blocks = new Map(history.map((row) => [row.fileName, row.migrationBlock]));
  const applying = new Map<string, MigrationRecord>();
  for (const record of [...records].sort(byAge)) {
    if (record.state !== 'succeeded' || !isAbout(record, blocks)) continue;
    const before = applying.get(record.fileName);
    if (record.action === 'down') applying.delete(record.fileName);
    else if (record.action === 'repair' && before)
      applying.set(record.fileName, corrected(before, record));
    else applying.set(record.fileName, record);
  }
  return applying;
}

/**
 * The attempts that were left in the middle: still `running` although their run is over (nobody else
 * runs while we hold the lease), or cut off. One whose row in the changelog says that it came to its
 * end has: the row is written last but one, the record last.
 */
export function interruptedRecords(
  records: readonly MigrationRecord[],
  applied: ReadonlySet<string>,
): readonly MigrationRecord[] {
  return [...newestRecords(records).values()].filter(({ state, action, fileName }) => {
    if (state !== 'running' && state !== 'interrupted') return false;
    return action === 'down' ? applied.has(fileName) : !applied.has(fileName);
  });
}

/**
 * The attempts that ended without having said so: their row in the changelog is as it should be. Whether
 * a transaction was committed can be unknown to the run, and its row is part of it.
 */
export function unsettledRecords(
  records: readonly MigrationRecord[],
  history: readonly AppliedMigration[],
): readonly MigrationRecord[] {
  const blocks = new Map(history.map((row) => [row.fileName, row.migrationBlock]));
  const interrupted = new Set(interruptedRecords(records, new Set(blocks.keys())));
  return [...newestRecords(records).values()].filter((record) => {
    if (record.state === 'succeeded' || interrupted.has(record)) return false;
    if (record.state !== 'failed') return true;
    return (
      record.migrationBlock !== undefined && blocks.get(record.fileName) === record.migrationBlock
    );
  });
}
