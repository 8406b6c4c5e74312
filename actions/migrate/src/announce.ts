import { info, warning } from '@paal/core/action/log';
import { type MigrationFiles, NAME_FORM } from '@paal/core/migrate/files';
import type { AppliedMigration } from '@paal/core/migrate/history';
import { lateNames, missingNames, pendingNames } from '@paal/core/migrate/plan';
import { plural } from './summary.ts';

/** Says how many migrations there are, and which scripts are passed over. */
export function announceFiles({ migrations, ignored }: MigrationFiles): void {
  info(plural(migrations.length));
  if (ignored.length > 0) info(`Passed over, not named ${NAME_FORM}: ${ignored.join(', ')}`);
}

/** Lists what is applied, in that order, and what is pending. */
export function announceStatus(
  files: readonly string[],
  history: readonly AppliedMigration[],
): void {
  for (const { fileName, appliedAt } of history) {
    info(`applied  ${fileName}${appliedAt ? `  ${appliedAt.toISOString()}` : ''}`);
  }
  for (const name of pendingNames(files, history)) info(`pending  ${name}`);
}

/** Warns of what makes the order of an `up` other than the names say. */
export function warnOfGaps(files: readonly string[], history: readonly AppliedMigration[]): void {
  const late = lateNames(pendingNames(files, history), history);
  if (late.length > 0) {
    warning(
      `Not applied, though newer migrations are: ${late.join(', ')}. An up applies them all the same; ` +
        'check that they do not build on the order of their names.',
    );
  }
  const missing = missingNames(files, history);
  if (missing.length > 0) {
    warning(
      `Applied, but not in this checkout: ${missing.join(', ')}. The database is ahead of this commit, ` +
        'or the input "directory" is another one than before.',
    );
  }
}
