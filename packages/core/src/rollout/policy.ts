import { formatDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';
import { hasReadinessProbes, shortestRollout } from '../workload/deployment.ts';
import type { Deployment } from '../workload/types.ts';

/** How long a rollout is given, and how much evidence makes a failure. Times in milliseconds. */
export interface RolloutPolicy {
  /** Of the whole rollout. */
  readonly timeout: number;
  /** How long everything must stay well after it is complete. */
  readonly bake: number;
  /** The exit of one container that makes a crash loop of it. */
  readonly crashExits: number;
  /** From the first pull that found no image until the failure. */
  readonly missingImageGrace: number;
  /** From the first pull that failed for another reason until the failure. */
  readonly pullGrace: number;
  /** From the first sight of a missing Secret, ConfigMap or key until the failure. */
  readonly missingConfigGrace: number;
}

/** The defaults of the design, measured on a real cluster. */
export const DEFAULT_POLICY: RolloutPolicy = {
  timeout: 600_000,
  bake: 30_000,
  crashExits: 3,
  missingImageGrace: 5_000,
  pullGrace: 90_000,
  missingConfigGrace: 15_000,
};

/**
 * A container without a readiness probe is "ready" as soon as it has started, and one that crashes at
 * start is "available" for a moment: kubectl calls that success. So without a probe, or
 * minReadySeconds that cover a start, the bake is never shorter than this.
 */
const SHORTEST_BLIND_BAKE = 10_000;

/** The bake that holds for a workload. */
export function bakeFor(deployment: Deployment, policy: RolloutPolicy): number {
  const blind =
    !hasReadinessProbes(deployment.spec.template) &&
    (deployment.spec.minReadySeconds ?? 0) * 1_000 < SHORTEST_BLIND_BAKE;
  return blind ? Math.max(policy.bake, SHORTEST_BLIND_BAKE) : policy.bake;
}

/**
 * Makes sure that the time allowed can suffice.
 * @throws UserError that shows the arithmetic
 */
export function checkTimeout(
  name: string,
  deployment: Deployment,
  policy: RolloutPolicy,
  input: string,
): void {
  const least = shortestRollout(deployment) + bakeFor(deployment, policy);
  if (policy.timeout > least) return;
  throw new UserError(
    `The input "${input}" is ${formatDuration(policy.timeout)}, and ${name} needs ${formatDuration(least)} at least: ` +
      `minReadySeconds ${deployment.spec.minReadySeconds ?? 0} for each wave of new pods among ` +
      `${deployment.spec.replicas ?? 1}, then a bake of ${formatDuration(bakeFor(deployment, policy))}. ` +
      'Nothing was changed.',
  );
}
