import { inspect } from 'node:util';
import { UserError } from '../errors.ts';

/** The collection of applied migrations; migrate-mongo's default. */
export const CHANGELOG = 'changelog';

/**
 * A row of the changelog, in migrate-mongo's shape: only what was applied has one
 * (https://github.com/seppevs/migrate-mongo lib/actions/up.js).
 */
export interface ChangelogRow {
  readonly fileName: string;
  readonly appliedAt: Date;
  /** When the run that applied it began, in milliseconds since 1970: the same for all of its rows. */
  readonly migrationBlock: number;
  /** As migrate-mongo writes it with `useFileHash`; without that it passes over it. */
  readonly fileHash?: string;
  /** How long it took; migrate-mongo passes over it. */
  readonly milliseconds?: number;
}

/** An applied migration; rows of old versions lack the block, rows of other tools the time. */
export interface AppliedMigration {
  readonly fileName: string;
  readonly appliedAt: Date | undefined;
  readonly migrationBlock: number | undefined;
  readonly fileHash: string | undefined;
  readonly milliseconds?: number | undefined;
}

function readRow(document: unknown, collection: string): AppliedMigration {
  const row = (document ?? {}) as Partial<Record<keyof ChangelogRow | '_id', unknown>>;
  if (typeof row.fileName !== 'string' || row.fileName === '') {
    throw new UserError(
      `The collection "${collection}" holds a document without fileName, _id ${inspect(row._id)}: ` +
        'it is not a changelog of migrate-mongo. Is this the right database? Otherwise remove the document.',
    );
  }
  return {
    fileName: row.fileName,
    appliedAt: row.appliedAt instanceof Date ? row.appliedAt : undefined,
    migrationBlock: typeof row.migrationBlock === 'number' ? row.migrationBlock : undefined,
    fileHash: typeof row.fileHash === 'string' ? row.fileHash : undefined,
    milliseconds: typeof row.milliseconds === 'number' ? row.milliseconds : undefined,
  };
}

function byApplication(a: AppliedMigration, b: AppliedMigration): number {
  const difference = (a.appliedAt?.getTime() ?? 0) - (b.appliedAt?.getTime() ?? 0);
  if (difference !== 0) return difference;
  return a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0;
}

/**
 * The applied migrations in the order in which they were applied; the last one is where the database
 * stands. A migration with several rows (migrate-mongo's `useFileHash` adds one for each edit) stands
 * where it was applied last.
 * @throws UserError for a document that is no changelog row
 */
export function readHistory(
  documents: readonly unknown[],
  collection = CHANGELOG,
): readonly AppliedMigration[] {
  const latest = new Map<string, AppliedMigration>();
  const rows = documents.map((document) => readRow(document, collection));
  for (const row of rows.sort(byApplication)) {
    latest.delete(row.fileName);
    latest.set(row.fileName, row);
  }
  return [...latest.values()];
}
