import type { Pod } from '../types.ts';
import type { StatefulSet } from './stateful-set.ts';

/** The number at the end of a pod's name; -1 where there is none, which the controller ignores. */
export function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

/** What a StatefulSet is to come to, and how. */
export interface Plan {
  readonly want: number;
  /** How many of the lowest ordinals stay as they are. */
  readonly partition: number;
  readonly onDelete: boolean;
}

/** The plan that its spec makes. */
export function planOf({ spec }: StatefulSet): Plan {
  const want = spec.replicas ?? 1;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  // Only RollingUpdate may have it (pkg/apis/apps/validation).
  const partition = Math.min(want, rollingUpdate?.partition ?? 0);
  return { want, partition, onDelete: type === 'OnDelete' };
}
