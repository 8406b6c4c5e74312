import type { AppliedMigration } from './history.ts';
import type { MigrationRecord } from './record.ts';
import { applyingRecords } from './record.ts';
import type { Standing } from './standing.ts';

/** What one deployment applied: one commit, or without a record one run of migrate-mongo. */
function deploymentOf(
  migration: AppliedMigration,
  applying: ReadonlyMap<string, MigrationRecord>,
): string {
  const record = applying.get(migration.fileName);
  if (record?.sha) return `commit ${record.sha}`;
  if (record) return `run ${record.run}`;
  return `block ${migration.migrationBlock ?? migration.fileName}`;
}

/** The migrations of the newest deployment, oldest first. */
export interface NewestDeployment {
  readonly names: readonly string[];
  /** `commit 0123…`, `run https://…`, `block 17…` */
  readonly deployment: string;
}

/**
 * What was applied last, together: with nothing known of verified releases, taking it back leads to
 * where the deployment before left the database. `undefined` when nothing is applied.
 */
export function newestDeployment(
  standing: Pick<Standing, 'history' | 'records'>,
): NewestDeployment | undefined {
  const { history } = standing;
  const applying = applyingRecords(standing);
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const deployment = deploymentOf(last, applying);
  const before = history.findLastIndex((row) => deploymentOf(row, applying) !== deployment);
  return { names: history.slice(before + 1).map(({ fileName }) => fileName), deployment };
}
