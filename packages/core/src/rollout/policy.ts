import type { KubeObject } from '../cluster/object.ts';
import { formatDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';
import {
  hasReadinessProbes,
  minReadySecondsOf,
  shortestRollout,
  wavesOf,
} from '../workload/waves.ts';
import { type Budgets, DEFAULT_BUDGETS } from './budget.ts';
import type { MinAvailable } from './min-available.ts';
import { type RolloutTarget, rulesOf } from './target.ts';

/** How long a rollout is given, and how much evidence makes a failure. Times in milliseconds. */
export interface RolloutPolicy {
  /** Of the whole rollout. */
  readonly timeout: number;
  /** How long everything must stay well after it is complete. */
  readonly bake: number;
  readonly budgets: Budgets;
  /** How many of the new pods are enough; `undefined` for all. */
  readonly minAvailable: MinAvailable | undefined;
  /** Whether the pods of the version before must be gone, too. */
  readonly waitForTermination: boolean;
  /** How long an old pod that is not Ready may keep a StatefulSet from being updated. */
  readonly blockedGrace: number;
}

/** The defaults of the design, measured on a real cluster. */
export const DEFAULT_POLICY: RolloutPolicy = {
  timeout: 600_000,
  bake: 30_000,
  budgets: DEFAULT_BUDGETS,
  minAvailable: undefined,
  waitForTermination: false,
  blockedGrace: 15_000,
};

/**
 * A container without a readiness probe is "ready" as soon as it has started, and one that crashes at
 * start is "available" for a moment: kubectl calls that success. So without a probe, or
 * minReadySeconds that cover a start, the bake is never shorter than this.
 */
const SHORTEST_BLIND_BAKE = 10_000;
/** What says nothing of the generation that it is about is believed when it has stayed so. */
const UNPROVEN_GRACE = 3_000;

/** The bake that holds for `object`, which is `target` as it is or will be. */
export function bakeFor(
  target: Pick<RolloutTarget, 'resource' | 'name'>,
  object: KubeObject,
  policy: RolloutPolicy,
): number {
  const rules = rulesOf(target);
  if (!rules.keepsRunning(object)) return 0;
  const template = rules.template(object);
  const blind =
    template !== undefined &&
    !hasReadinessProbes(template) &&
    minReadySecondsOf(object) * 1_000 < SHORTEST_BLIND_BAKE;
  return blind ? Math.max(policy.bake, SHORTEST_BLIND_BAKE) : policy.bake;
}

/** How long it must have been complete, although nothing is baked, before that is believed. */
export function graceFor(unproven: boolean): number {
  return unproven ? UNPROVEN_GRACE : 0;
}

/**
 * Makes sure that the time allowed can suffice.
 * @throws UserError that shows the arithmetic
 */
export function checkTimeout(
  target: Pick<RolloutTarget, 'resource' | 'name'>,
  object: KubeObject,
  policy: RolloutPolicy,
  input: string,
): void {
  const bake = bakeFor(target, object, policy);
  const least = shortestRollout(object) + bake;
  if (policy.timeout > least) return;
  throw new UserError(
    `The input "${input}" is ${formatDuration(policy.timeout)}, and ${target.name} needs ${formatDuration(least)} at least: ` +
      `minReadySeconds ${minReadySecondsOf(object)} for each wave of new pods among ` +
      `${wavesOf(object).pods}, then a bake of ${formatDuration(bake)}. ` +
      'Nothing was changed.',
  );
}
