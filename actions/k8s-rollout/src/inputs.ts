import { environmentInput } from '@paal/core/action/environment-input';
import {
  booleanInput,
  choiceInput,
  durationInput,
  listInput,
  mapInput,
  textInput,
} from '@paal/core/action/inputs';
import type { RunIdentity } from '@paal/core/action/run';
import type { Environment } from '@paal/core/config/environment';
import { UserError } from '@paal/core/errors';
import { appOfRepository, checkAppName } from '@paal/core/release/release';
import { shownVersion } from '@paal/core/release/version';
import { type Budgets, DEFAULT_BUDGETS, withBudgets } from '@paal/core/rollout/budget';
import { type MinAvailable, parseMinAvailable } from '@paal/core/rollout/min-available';
import { DEFAULT_POLICY, type RolloutPolicy } from '@paal/core/rollout/policy';
import { type ImageChange, parseImageChange } from '@paal/core/workload/images';

const ROLLBACK_TIMEOUT = 300_000;

/** The inputs of action.yml, with paal.yaml's values where an input is empty. */
export interface Inputs {
  readonly app: string;
  readonly version: string;
  /** File name of the database's last migration; empty when unknown. */
  readonly migrationVersion: string;
  /** Its name is empty where nobody says which one this is. */
  readonly environment: Pick<Environment, 'name' | 'url'>;
  /** `undefined` for the kubeconfig's. */
  readonly namespace: string | undefined;
  readonly manifests: readonly string[] | undefined;
  readonly images: readonly ImageChange[];
  /** `kind/name`; empty with manifests alone. */
  readonly workloads: readonly string[];
  readonly policy: RolloutPolicy;
  readonly rollbackTimeout: number;
  readonly onFailure: 'rollback' | 'none';
  readonly rollbackOn: 'app' | 'any';
  readonly forceConflicts: boolean;
  readonly configHash: boolean;
  /** Whether what the manifests have no longer is deleted once the release is verified. */
  readonly prune: boolean;
  /** Whether the logs of new pods are shown as they come. */
  readonly streamLogs: boolean;
  /** Whether the plan shows what changes, line by line. */
  readonly diff: boolean;
  readonly dryRun: boolean;
  /** What `kubectl rollout history` is to say of what changes. */
  readonly changeCause: string;
  /** Milliseconds for which a run that changes the same app is waited for. */
  readonly waitForLease: number;
}

/** The budgets of the input, over those of paal.yaml. */
function budgetsInput(configured: Readonly<Record<string, string | number>>): Budgets {
  const texts = Object.entries(configured).map(([reason, budget]) => [reason, String(budget)]);
  const budgets = withBudgets(
    DEFAULT_BUDGETS,
    Object.fromEntries(texts) as Readonly<Record<string, string>>,
    'rollout.budgets of paal.yaml',
  );
  return withBudgets(budgets, mapInput('budgets') ?? {}, 'The input "budgets"');
}

function minAvailableInput(configured: string | number | undefined): MinAvailable | undefined {
  const text = textInput('min-available');
  if (text !== undefined) return parseMinAvailable(text, 'The input "min-available"');
  return configured === undefined
    ? undefined
    : parseMinAvailable(String(configured), 'rollout.min-available of paal.yaml');
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export async function readInputs(run: RunIdentity): Promise<Inputs> {
  const { config, settings } = await environmentInput(run.ref);
  const { rollout = {} } = settings;
  const dryRun = booleanInput('dry-run') ?? false;
  const inputWorkloads = listInput('workloads');
  const images = (listInput('images') ?? []).map(parseImageChange);
  // Workloads that are named here are meant, not the manifests of paal.yaml.
  const manifests = listInput('manifests') ?? (inputWorkloads ? undefined : settings.manifests);
  const workloads =
    inputWorkloads ??
    (settings.workloads ?? []).map(({ images: _, ...names }) =>
      Object.entries(names)
        .map(([kind, name]) => `${kind}/${name}`)
        .join(),
    );
  if (!manifests && images.length === 0) {
    throw new UserError(
      'There is nothing to roll out: set the input "manifests", or "images" with "workloads", or put them into paal.yaml.',
    );
  }
  if (!manifests && workloads.length === 0) {
    throw new UserError(
      'The input "images" needs the input "workloads" beside it (or manifests): which workloads are to get them?',
    );
  }
  if (!manifests && booleanInput('prune')) {
    throw new UserError(
      'The input "prune" needs manifests: only they say which objects there should be, and so which should go.',
    );
  }
  const policy: RolloutPolicy = {
    ...DEFAULT_POLICY,
    timeout: durationInput('timeout') ?? rollout.timeout ?? DEFAULT_POLICY.timeout,
    bake: durationInput('bake') ?? rollout.bake ?? DEFAULT_POLICY.bake,
    budgets: budgetsInput(rollout.budgets ?? {}),
    minAvailable: minAvailableInput(rollout['min-available']),
    waitForTermination:
      booleanInput('wait-for-termination') ?? rollout['wait-for-termination'] ?? false,
  };
  const version = textInput('version') ?? run.commit;
  const rollbackTimeout =
    durationInput('rollback-timeout') ?? rollout['rollback-timeout'] ?? ROLLBACK_TIMEOUT;
  for (const [name, value] of [
    ['timeout', policy.timeout],
    ['rollback-timeout', rollbackTimeout],
  ] as const) {
    if (value <= 0) throw new UserError(`The input "${name}" must be longer than 0.`);
  }
  return {
    app: checkAppName(textInput('app') ?? config.app ?? appOfRepository(run.repository)),
    version,
    migrationVersion: textInput('migration-version') ?? '',
    environment: settings,
    changeCause: ['paal/k8s-rollout', shownVersion(version), run.url].filter(Boolean).join(' '),
    namespace: textInput('namespace') ?? settings.namespace,
    manifests,
    images,
    workloads: manifests ? [] : workloads,
    policy,
    rollbackTimeout,
    onFailure:
      choiceInput('on-failure', ['rollback', 'none']) ?? rollout['on-failure'] ?? 'rollback',
    rollbackOn: choiceInput('rollback-on', ['app', 'any']) ?? rollout['rollback-on'] ?? 'app',
    forceConflicts: booleanInput('force-conflicts') ?? false,
    configHash: booleanInput('config-hash') ?? true,
    // Images alone say nothing about what else there should be.
    prune: manifests !== undefined && (booleanInput('prune') ?? rollout.prune ?? false),
    streamLogs: booleanInput('stream-logs') ?? false,
    diff: booleanInput('diff') ?? dryRun,
    dryRun,
    waitForLease: durationInput('wait-for-lease') ?? 0,
  };
}
