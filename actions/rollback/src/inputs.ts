import { environmentInput } from '@paal/core/action/environment-input';
import { booleanInput, durationInput, listInput, textInput } from '@paal/core/action/inputs';
import type { RunIdentity } from '@paal/core/action/run';
import type { Environment } from '@paal/core/config/environment';
import { UserError } from '@paal/core/errors';
import { appOfRepository, checkAppName } from '@paal/core/release/release';
import { parseRollbackRequest, type RollbackRequest } from '@paal/core/rollback/target';
import { DEFAULT_POLICY, type RolloutPolicy } from '@paal/core/rollout/policy';
import { parseWorkload } from '@paal/core/workload/reference';

const TIMEOUT = 300_000;

/** The inputs of action.yml, with paal.yaml's values where an input is empty. */
export interface Inputs {
  readonly to: RollbackRequest;
  /** `undefined` for all of the release. */
  readonly workloads: readonly string[] | undefined;
  readonly app: string;
  /** Its name is empty where nobody says which one this is. */
  readonly environment: Pick<Environment, 'name' | 'url'>;
  /** `undefined` for the kubeconfig's. */
  readonly namespace: string | undefined;
  readonly policy: RolloutPolicy;
  /** Whether none goes back where one cannot. */
  readonly atomic: boolean;
  readonly dryRun: boolean;
  /** Milliseconds for which a run that changes the same app is waited for. */
  readonly waitForLease: number;
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export async function readInputs(run: RunIdentity): Promise<Inputs> {
  const { config, settings } = await environmentInput(run.ref);
  const { rollout = {} } = settings;
  const to = parseRollbackRequest(textInput('to') ?? 'previous');
  const workloads = listInput('workloads');
  for (const text of workloads ?? []) parseWorkload(text, '', 'The input "workloads"');
  if (to.to === 'revision' && workloads?.length !== 1) {
    throw new UserError(
      'A revision belongs to one workload: set the input "workloads" to that one, such as deployment/web.',
    );
  }
  const policy: RolloutPolicy = {
    ...DEFAULT_POLICY,
    timeout: durationInput('timeout') ?? rollout['rollback-timeout'] ?? TIMEOUT,
    bake: durationInput('bake') ?? rollout.bake ?? DEFAULT_POLICY.bake,
  };
  if (policy.timeout <= 0) throw new UserError('The input "timeout" must be longer than 0.');
  return {
    to,
    workloads,
    app: checkAppName(textInput('app') ?? config.app ?? appOfRepository(run.repository)),
    environment: settings,
    namespace: textInput('namespace') ?? settings.namespace,
    policy,
    atomic: booleanInput('atomic') ?? true,
    dryRun: booleanInput('dry-run') ?? false,
    waitForLease: durationInput('wait-for-lease') ?? 0,
  };
}
