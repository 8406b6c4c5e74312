import { environmentOfRef, environmentSettings } from '@paal/core/config/environment';
import type { CheckConfig, Config } from '@paal/core/config/schema';
import { UserError } from '@paal/core/errors';
import type { CheckContext } from '@paal/core/verify/plan';
import type { Inputs, Leniency } from './inputs.ts';

/** What the inputs and paal.yaml come to together. */
export interface Settings extends CheckContext {
  readonly checks: readonly CheckConfig[];
  readonly duration: number | undefined;
  readonly interval: number | undefined;
  readonly onInconclusive: Leniency;
  readonly onError: Leniency;
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

/**
 * Inputs over the environment's values in paal.yaml over its values at the top.
 * @throws UserError when there is no check, or the environment is unknown
 */
export function settle(inputs: Inputs, config: Config, ref: string): Settings {
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
    },
    prometheusUrl: inputs.prometheusUrl ?? verify.prometheus,
    duration: inputs.duration ?? verify.duration,
    interval: inputs.interval ?? verify.interval,
    // This action cannot roll back, so paal.yaml's `rollback` is a step that fails.
    onInconclusive:
      inputs.onInconclusive ?? (verify['on-inconclusive'] === 'pass' ? 'pass' : 'fail'),
    onError: inputs.onError ?? verify['on-error'] ?? 'fail',
    withoutEnvironment: reason,
  };
}
