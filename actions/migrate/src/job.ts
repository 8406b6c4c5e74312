import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { runAsJob } from '@paal/core/migrate/drivers/job/run-as-job';
import { resultOfRemote } from '@paal/core/migrate/drivers/remote-outcome';
import type { MigrateRequest } from '@paal/core/migrate/request';
import type { MigrateResult } from '@paal/core/migrate/result';
import type { Migrations } from './inputs.ts';
import { readJobInputs } from './job-inputs.ts';

/**
 * Runs migrations as a Job in the cluster of the kubeconfig.
 * @param namespace of paal.yaml; `undefined` for the kubeconfig's
 * @throws UserError when something is missing, and nothing was run
 */
export async function migrateAsJob(
  request: MigrateRequest,
  settings: { readonly uri: string | undefined; readonly changelog: string },
  namespace: string | undefined,
  migrations: Migrations,
  { clock, signal }: ActionContext,
): Promise<MigrateResult> {
  const connection = hurried(connect(loadKubeConfig(), clock), signal, clock);
  try {
    const options = await readJobInputs(settings, namespace ?? connection.namespace, migrations);
    const io = { info, warn: warning, clock, signal };
    const outcome = await runAsJob(request, options, { connection }, io);
    if (outcome.result === undefined && outcome.failure === undefined) {
      warning(
        'The migrations ended well, but what they told of it was lost; see the command status.',
      );
    }
    return resultOfRemote(outcome, request.command);
  } finally {
    await connection.close();
  }
}
