import {
  booleanInput,
  choiceInput,
  durationInput,
  integerInput,
  listInput,
  textInput,
} from '@paal/core/action/inputs';
import { type CheckConfig, checkSchema } from '@paal/core/config/check-schema';
import { CONFIG_FILE } from '@paal/core/config/load';
import { parseConfig } from '@paal/core/config/parse';

import { UserError } from '@paal/core/errors';
import { parseWorkload } from '@paal/core/workload/reference';
import * as z from 'zod';

/** What becomes of the step when the verification proves nothing. */
export type Leniency = 'fail' | 'pass';

/** What follows a verification that failed. */
export type OnFailure = 'rollback' | 'none';

/** Which outcomes a rollback follows: those that speak about the release, or all that are bad. */
export type RollbackOn = 'app' | 'any';

/** Which side of the rollout a step is on. */
export type Phase = 'before' | 'after';

/** The inputs of action.yml; `undefined` for those that are empty. */
export interface Inputs {
  readonly checks: readonly CheckConfig[] | undefined;
  readonly url: string | undefined;
  readonly version: string | undefined;
  readonly prometheusUrl: string | undefined;
  readonly alertmanagerUrl: string | undefined;
  readonly elasticsearchUrl: string | undefined;
  /** Whether this is before the rollout, to keep what is measured then, or after it, to judge. */
  readonly phase: Phase;
  /** Path of what a step before the rollout kept, when it was in another job. */
  readonly baseline: string | undefined;
  /** Milliseconds, or as long as the checks need. */
  readonly duration: number | 'auto' | undefined;
  /** Milliseconds. */
  readonly interval: number | undefined;
  readonly onFailure: OnFailure | undefined;
  readonly rollbackOn: RollbackOn | undefined;
  readonly onInconclusive: Leniency | 'rollback' | undefined;
  readonly onError: Leniency | undefined;
  /** Milliseconds for a rollback. */
  readonly rollbackTimeout: number | undefined;
  /** Milliseconds for which everything must stay well after a rollback. */
  readonly bake: number | undefined;
  /** Milliseconds for which a run that changes the same app is waited for. */
  readonly waitForLease: number;
  readonly environment: string | undefined;
  readonly namespace: string | undefined;
  /** Number of the release that is verified, and marked as such or taken back; `undefined` for none. */
  readonly release: number | undefined;
  readonly app: string | undefined;
  /** `kind/name` of what is looked at where no release says it. */
  readonly workloads: readonly string[] | undefined;
  readonly silence: 'none' | undefined;
  readonly grafanaToken: string | undefined;
  /** `undefined` when paal.yaml is only looked for, and may be missing. */
  readonly config: string | undefined;
}

const LENIENCY = ['fail', 'pass'] as const;
const CHECKS = 'The input "checks"';

const checksSchema = z.array(
  checkSchema,
  'write a list of checks, each under its type, such as "- http: { url: https://shop.example }"',
);

function readChecks(): readonly CheckConfig[] | undefined {
  const text = textInput('checks');
  if (text === undefined) return undefined;
  try {
    return parseConfig(text, CHECKS, checksSchema);
  } catch (error) {
    // The place is one in the input, and no file that an annotation could stand on.
    if (error instanceof UserError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

function workloadsInput(): readonly string[] | undefined {
  const workloads = listInput('workloads');
  for (const text of workloads ?? []) parseWorkload(text, '', 'The input "workloads"');
  return workloads;
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export function readInputs(): Inputs {
  const config = textInput('config');
  booleanInput('summary'); // read where the summary is written; refused before anything is asked
  return {
    checks: readChecks(),
    url: textInput('url'),
    version: textInput('version'),
    prometheusUrl: textInput('prometheus-url'),
    alertmanagerUrl: textInput('alertmanager-url'),
    elasticsearchUrl: textInput('elasticsearch-url'),
    phase: choiceInput('phase', ['before', 'after']) ?? 'after',
    baseline: textInput('baseline'),
    duration: textInput('duration') === 'auto' ? 'auto' : durationInput('duration'),
    interval: durationInput('interval'),
    onFailure: choiceInput('on-failure', ['rollback', 'none']),
    rollbackOn: choiceInput('rollback-on', ['app', 'any']),
    onInconclusive: choiceInput('on-inconclusive', [...LENIENCY, 'rollback']),
    onError: choiceInput('on-error', LENIENCY),
    rollbackTimeout: durationInput('rollback-timeout'),
    bake: durationInput('bake'),
    waitForLease: durationInput('wait-for-lease') ?? 0,
    environment: textInput('environment'),
    namespace: textInput('namespace'),
    release: integerInput('release', 1),
    app: textInput('app'),
    workloads: workloadsInput(),
    silence: choiceInput('silence', ['none']),
    grafanaToken: textInput('grafana-token'),
    config: config === CONFIG_FILE ? undefined : config,
  };
}
