import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { errorMessage, UserError } from '@paal/core/errors';
import type { MigrateRequest } from '@paal/core/migrate/request';
import { openLedger } from '@paal/core/release/ledger';
import { type VerifiedMigration, verifiedMigration } from '@paal/core/release/migration-version';

/** Whose releases say what "previous" is. */
export interface ReleasesOf {
  readonly app: string;
  /** `undefined` for the kubeconfig's. */
  readonly namespace: string | undefined;
}

async function askLedger(
  { app, namespace }: ReleasesOf,
  { clock, signal }: ActionContext,
): Promise<VerifiedMigration | undefined> {
  const connection = connect(loadKubeConfig(), clock);
  try {
    const ledger = openLedger(connection, namespace ?? connection.namespace, app, warning);
    return await verifiedMigration(ledger, { signal });
  } catch (error) {
    throw new UserError(
      `Which release was verified last, and so what "previous" is, could not be read from the cluster: ${errorMessage(error)}. ` +
        'Mend that, or name the migration to go back to with the input "to". Nothing was changed.',
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}

/**
 * `request` with "previous" resolved where the cluster's releases tell what it is: the migration at which
 * the newest verified release stood. Without a cluster, or a verified release that says so, the
 * database itself decides: it takes back what the newest commit applied.
 * @throws UserError when there is a cluster that cannot be asked
 */
export async function resolvePrevious(
  request: MigrateRequest,
  releases: ReleasesOf,
  context: ActionContext,
): Promise<MigrateRequest> {
  if (request.limit !== 'previous' || !process.env.KUBECONFIG) return request;
  const verified = await askLedger(releases, context);
  if (verified === undefined || verified.migrationVersion === '') {
    const why = verified
      ? `the verified release ${verified.release} does not say at which migration the database stood`
      : `no release of ${releases.app} is verified`;
    info(`"previous" is what the newest commit applied, because ${why}`);
    return request;
  }
  info(
    `"previous" is ${verified.migrationVersion}, where the database stood with the verified release ${verified.release}`,
  );
  return { ...request, limit: { to: verified.migrationVersion } };
}
