import type { Pod } from '../types.ts';
import { holds, isLeaving } from './status.ts';

/** The label by which StatefulSets and DaemonSets mark the revision of a pod. */
export const REVISION_LABEL = 'controller-revision-hash';

/** Whether its condition Ready is True. */
export function isReady(pod: Pod): boolean {
  return holds(pod, 'Ready');
}

/** Whether it is Ready and not on its way out. */
export function serves(pod: Pod): boolean {
  return isReady(pod) && !isLeaving(pod);
}
