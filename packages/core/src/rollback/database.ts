import type { Release } from '../release/release.ts';
import type { RollbackTarget } from './target.ts';

/**
 * Says that the database stays ahead of the release that is gone back to; `undefined` where it does not,
 * or nobody has told the ledger. Migrations are in the order of their file names. Pure.
 * @param left the release that is gone back from
 */
export function databaseSentence(
  left: Release | undefined,
  { release: reached, sources }: Pick<RollbackTarget, 'release' | 'sources'>,
): string | undefined {
  const [before, after] = [left?.migrationVersion ?? '', reached.migrationVersion];
  if (!left || after === '' || before <= after) return undefined;
  const staying = left.workloads.filter((name) => !sources.has(name));
  const once =
    staying.length > 0 ? `, once ${staying.join(', ')} can do without what it takes away` : '';
  return (
    `The database stands at migration ${before}, and release ${reached.number} was put out with ${after}: ` +
    `the database is not taken back; paal/migrate with command: down, to: ${after} does${once}.`
  );
}
