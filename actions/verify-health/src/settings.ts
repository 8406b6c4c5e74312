import type { RunIdentity } from '@paal/core/action/run';
import type { CheckConfig } from '@paal/core/config/check-schema';
import {
  type Environment,
  environmentOfRef,
  environmentSettings,
} from '@paal/core/config/environment';
import type { GrafanaConfig, SilenceConfig } from '@paal/core/config/monitoring-schema';
import type { Config } from '@paal/core/config/schema';
import { UserError } from '@paal/core/errors';
import { appOfRepository } from '@paal/core/release/release';
import { DEFAULT_POLICY, type RolloutPolicy } from '@paal/core/rollout/policy';
import type { Servers } from '@paal/core/verify/probe';
import type { Variables } from '@paal/core/verify/template';
import type { Inputs, Leniency, OnFailure, RollbackOn } from './inputs.ts';

/** Milliseconds. */
const ROLLBACK_TIMEOUT = 300_000;

/** What the inputs and paal.yaml come to together. */
export interface Settings {
  readonly variables: Variables;
  readonly servers: Servers;
  /** `kind/name` of what is looked at where no release says it. */
  readonly workloads: readonly string[];
  readonly checks: readonly CheckConfig[];
  /** Milliseconds, or as long as the checks need. */
  readonly duration: number | 'auto' | undefined;
  readonly interval: number | undefined;
  /** Never `rollback` without a release, which alone says what to go back to. */
  readonly onFailure: OnFailure;
  readonly rollbackOn: RollbackOn;
  readonly onInconclusive: Leniency | 'rollback';
  readonly onError: Leniency;
  /** How a rollback is watched. */
  readonly rollbackPolicy: RolloutPolicy;
  /** What Alertmanager is to tell nobody of meanwhile; `undefined` for nothing. */
  readonly silence: SilenceConfig | undefined;
  /** Where it is shown; `undefined` for nowhere. */
  readonly grafana: (GrafanaConfig & { readonly token: string | undefined }) | undefined;
  /** Why no environment applies, where none does. */
  readonly withoutEnvironment: string | undefined;
}

interface Choice {
  readonly name: string | undefined;
  readonly reason: string | undefined;
}

/** A branch without an environment is no error here: inputs alone may say everything. */
function chooseEnvironment(config: Config, given: string | undefined, ref: string): Choice {
  if (given !== undefined) return { name: given, reason: undefined };
  try {
    return { name: environmentOfRef(config, ref), reason: undefined };
  } catch (error) {
    if (error instanceof UserError) return { name: undefined, reason: error.message };
    throw error;
  }
}

type Reactions = Pick<
  Settings,
  'onFailure' | 'rollbackOn' | 'onInconclusive' | 'onError' | 'rollbackPolicy'
>;

/** @throws UserError for a rollback that is asked for, and could never be */
function reactions(inputs: Inputs, { verify = {}, rollout = {} }: Environment): Reactions {
  const released = inputs.release !== undefined;
  if (inputs.onFailure === 'rollback' && !released) {
    throw new UserError(
      'on-failure is rollback, and there is no release to take back: set the input "release" to the output release of paal/k8s-rollout.',
    );
  }
  const onFailure = inputs.onFailure ?? verify['on-failure'] ?? 'none';
  const onInconclusive = inputs.onInconclusive ?? verify['on-inconclusive'] ?? 'fail';
  if (onInconclusive === 'rollback' && onFailure === 'none' && released) {
    throw new UserError(
      'on-inconclusive is rollback, and on-failure is none: a release that is bad would stay, and one of which nothing is known would go. Set on-failure to rollback, too.',
    );
  }
  const timeout = inputs.rollbackTimeout ?? rollout['rollback-timeout'] ?? ROLLBACK_TIMEOUT;
  if (timeout <= 0) throw new UserError('The input "rollback-timeout" must be longer than 0.');
  const bake = inputs.bake ?? rollout.bake ?? DEFAULT_POLICY.bake;
  return {
    // A step without a release has nothing to take back, and paal.yaml is not about this step alone.
    onFailure: released ? onFailure : 'none',
    rollbackOn: inputs.rollbackOn ?? verify['rollback-on'] ?? 'app',
    onInconclusive: onInconclusive === 'rollback' && !released ? 'fail' : onInconclusive,
    onError: inputs.onError ?? verify['on-error'] ?? 'fail',
    rollbackPolicy: { ...DEFAULT_POLICY, timeout, bake },
  };
}

function workloadsOf({ workloads = [] }: Environment): readonly string[] {
  return workloads.flatMap(({ images: _, ...names }) =>
    Object.entries(names).map(([kind, name]) => `${kind}/${name}`),
  );
}

/**
 * Inputs over the environment's values in paal.yaml over its values at the top.
 * @throws UserError when there is no check, the environment is unknown, or a rollback cannot be
 */
export function settle(
  inputs: Inputs,
  config: Config,
  { ref, repository }: Pick<RunIdentity, 'ref' | 'repository'>,
): Settings {
  const { name, reason } = chooseEnvironment(config, inputs.environment, ref);
  const environment = environmentSettings(config, name);
  const verify = environment.verify ?? {};
  const checks = inputs.checks ?? verify.checks ?? [];
  if (checks.length === 0) {
    throw new UserError(
      'There is nothing to verify: give the input "checks", or verify.checks in paal.yaml.' +
        (reason ? ` No environment of paal.yaml applies: ${reason}` : ''),
    );
  }
  return {
    checks,
    variables: {
      url: inputs.url ?? environment.url,
      version: inputs.version,
      namespace: inputs.namespace ?? environment.namespace,
      environment: name,
      app: inputs.app ?? config.app ?? appOfRepository(repository),
      release: inputs.release?.toString(),
    },
    servers: {
      prometheus: inputs.prometheusUrl ?? verify.prometheus,
      alertmanager: inputs.alertmanagerUrl ?? verify.alertmanager,
      elasticsearch: inputs.elasticsearchUrl ?? verify.elasticsearch,
    },
    workloads: inputs.workloads ?? workloadsOf(environment),
    duration: inputs.duration ?? verify.duration,
    interval: inputs.interval ?? verify.interval,
    ...reactions(inputs, environment),
    silence: inputs.silence === 'none' ? undefined : verify.silence,
    grafana: verify.grafana && { ...verify.grafana, token: inputs.grafanaToken },
    withoutEnvironment: reason,
  };
}
