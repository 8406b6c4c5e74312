import { objectName } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import type { Obstacle, Related } from './kind.ts';
import { isReady } from './pods.ts';
import type { StatefulSet } from './stateful-set.ts';
import { ordinalOf, planOf } from './stateful-set-plan.ts';
import { isLeaving } from './status.ts';

/**
 * The old pod that keeps every other from being updated: with OrderedReady the controller waits for
 * the lowest pod that is not Ready before it does anything else, and so it never replaces a broken
 * one, not even by the template that would mend it (kubernetes #67250, #60164; processReplica).
 * Deleted, it comes back from the present template.
 */
export function blockingPod(set: StatefulSet, related: Related): Pod | undefined {
  const { podManagementPolicy, updateStrategy, ordinals } = set.spec;
  const { want, partition } = planOf(set);
  const inOrder = podManagementPolicy !== 'Parallel';
  if (!inOrder || (updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return undefined;
  const start = ordinals?.start ?? 0;
  const lowest = related.pods
    .filter((pod) => !isReady(pod) && ordinalOf(pod) >= start && ordinalOf(pod) < start + want)
    .sort((a, b) => ordinalOf(a) - ordinalOf(b))[0];
  const isOld = lowest && !isLeaving(lowest) && !related.newPods.includes(lowest);
  return isOld && ordinalOf(lowest) >= start + partition ? lowest : undefined;
}

/** The same, as it is told. */
export function obstacleOf(set: StatefulSet, related: Related): Obstacle | undefined {
  const pod = blockingPod(set, related);
  if (!pod) return undefined;
  return {
    reason: 'OldPodNotReady',
    class: 'probable',
    message: `The ${objectName('Pod', pod.metadata.name)} is of an earlier template and not Ready, and with podManagementPolicy OrderedReady nothing is updated before it is.`,
    concernsNewPods: true,
  };
}
