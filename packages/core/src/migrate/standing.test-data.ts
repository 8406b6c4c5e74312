import { checksumOf } from './checksum.ts';
import type { MigrationFile } from './files.ts';
import type { AppliedMigration } from './history.ts';
import type { MigrationRecord } from './record.ts';
import type { Standing } from './standing.ts';

/** The files of a checkout by their names; the text of each is its name. */
export function checkout(...names: readonly string[]): readonly MigrationFile[] {
  return [...names].sort().map((name) => ({ name, path: `migrations/${name}`, text: name }));
}

/** History in this order of application. */
export function applied(...names: readonly string[]): readonly AppliedMigration[] {
  return names.map((fileName, index) => ({
    fileName,
    appliedAt: new Date(index),
    migrationBlock: 1,
    fileHash: undefined,
  }));
}

/** An attempt that applied `fileName`, unless it is said otherwise. */
export function attempt(fileName: string, over: Partial<MigrationRecord> = {}): MigrationRecord {
  return {
    _id: `${fileName} ${over.fence ?? 1} ${over.action ?? 'up'}`,
    fileName,
    action: 'up',
    state: 'succeeded',
    fence: 1,
    run: 'https://example.test/runs/1',
    actor: 'octocat',
    sha: 'c0ffee',
    host: 'runner',
    startedAt: new Date('2024-05-01T10:00:00Z'),
    checksum: checksumOf(fileName),
    ...over,
  };
}

/** Where a checkout and a database stand to each other. */
export function standing(
  files: readonly string[],
  history: readonly AppliedMigration[],
  records: readonly MigrationRecord[] = [],
): Standing {
  return { files: checkout(...files), history, records, runningFence: undefined };
}
