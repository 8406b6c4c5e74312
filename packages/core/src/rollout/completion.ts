import { isLeaving } from '../workload/kinds/status.ts';
import { neededOf } from './min-available.ts';
import type { Observation } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';

/** Whether the rollout has come to its end, as far as the policy wants it. */
export type Completion = 'open' | 'terminating' | 'partial' | 'whole';

/** Old pods that are on their way out; they still run, and may serve the requests that they have. */
export function terminating({ related }: Observation): number {
  return related.pods.filter(isLeaving).length;
}

/** Judges how far an observation is, by its own kind's rule and what the policy adds to it. */
export function completionOf(observation: Observation, policy: RolloutPolicy): Completion {
  const { progress } = observation;
  if (!progress || progress.failure) return 'open';
  const { serving } = progress;
  const enough =
    policy.minAvailable !== undefined &&
    progress.observed &&
    serving !== undefined &&
    serving.want > 0 &&
    serving.have >= neededOf(policy.minAvailable, serving.want);
  if (!progress.complete && !enough) return 'open';
  if (policy.waitForTermination && terminating(observation) > 0) return 'terminating';
  return progress.complete ? 'whole' : 'partial';
}
