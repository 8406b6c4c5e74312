import type { RequestOptions } from '../cluster/connection.ts';
import { newestFirst } from './history.ts';
import type { Ledger } from './ledger.ts';
import type { Release } from './release.ts';

/** At which migration the database stood when a release was put out that was verified later. */
export interface VerifiedMigration {
  /** Number of the release. */
  readonly release: number;
  /** What the release is called; may be empty. */
  readonly version: string;
  /** File name of the database's last migration; empty where the release was put out without telling it. */
  readonly migrationVersion: string;
}

/**
 * The migration of the newest verified release; an older one does not stand in where that has none.
 * `undefined` where none is verified. Pure.
 */
export function newestVerifiedMigration(
  releases: readonly Release[],
): VerifiedMigration | undefined {
  const [newest] = newestFirst(releases.filter(({ status }) => status === 'verified'));
  if (!newest) return undefined;
  const { number, version, migrationVersion } = newest;
  return { release: number, version, migrationVersion };
}

/**
 * The same from the ledger of an app (`openLedger`), in one request that reads metadata alone.
 * @throws ApiError
 */
export async function verifiedMigration(
  ledger: Pick<Ledger, 'list'>,
  options?: RequestOptions,
): Promise<VerifiedMigration | undefined> {
  return newestVerifiedMigration(await ledger.list(options));
}
