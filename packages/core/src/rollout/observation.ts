import type { Deployment, Event, Pod, ReplicaSet, WorkloadRef } from '../workload/types.ts';

/** What was written, and is now watched. */
export interface RolloutTarget {
  readonly workload: WorkloadRef;
  /** `kind/name`. */
  readonly name: string;
  /** As our own write returned it: its generation is the first that counts. */
  readonly written: Deployment;
  /** False when the write changed nothing. */
  readonly changed: boolean;
  /** The containers whose images we set; `undefined` when we set the whole template. */
  readonly imagesOf: readonly string[] | undefined;
}

/** What is known of one workload at one time. */
export interface Observation {
  /** `undefined` when it is not there. */
  readonly deployment: Deployment | undefined;
  /** Its ReplicaSets. */
  readonly replicaSets: readonly ReplicaSet[];
  /** The pods of all its ReplicaSets. */
  readonly pods: readonly Pod[];
  /** Warning events of the Deployment, its ReplicaSets and its pods. */
  readonly events: readonly Event[];
}
