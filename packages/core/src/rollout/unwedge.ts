import type { StatefulSet } from '../workload/kinds/stateful-set.ts';
import { blockingPod } from '../workload/kinds/stateful-set-blocking.ts';
import type { Pod } from '../workload/types.ts';
import { isSettled, obstacleKey } from './memory.ts';
import type { RolloutPolicy } from './policy.ts';
import type { Standing } from './tracker.ts';

/**
 * The old pod of a StatefulSet that has to be deleted, because it is not Ready and nothing is updated
 * before it is (kubernetes #67250). Only once our own write was observed, and when it has been so for
 * the policy's grace. Pure.
 */
export function podToDelete(
  { target, observation, memory, verdict }: Standing,
  policy: RolloutPolicy,
  now: number,
): Pod | undefined {
  const { object, progress, related } = observation;
  if (object?.kind !== 'StatefulSet' || verdict.status !== 'progressing') return undefined;
  if (target.resource.apiVersion !== 'apps/v1') return undefined;
  if (!isSettled(memory.generation, object, progress)) return undefined;
  const since = memory.since.get(obstacleKey('OldPodNotReady'));
  if (since === undefined || now < since + policy.blockedGrace) return undefined;
  return blockingPod(object as StatefulSet, related);
}
