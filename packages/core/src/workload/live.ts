import type { Connection } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { Progress } from './kinds/kind.ts';
import type { Event, Pod, WorkloadRef } from './types.ts';

/** One of the workloads is not there, and was not when somebody first looked. */
export class WorkloadAbsentError extends UserError {}

/** A workload as it is now. */
export interface LiveWorkload {
  readonly workload: WorkloadRef;
  /** `undefined` when it is not there. */
  readonly object: KubeObject | undefined;
  /** Every pod that it controls, by owner: of the present template and of earlier ones. */
  readonly pods: readonly Pod[];
  /** Those of the present template that are not on their way out. */
  readonly newPods: readonly Pod[];
  /** How far its controller is; `undefined` when it is not there. */
  readonly progress: Progress | undefined;
  /** Events about it and what belongs to it, as far as they may be read. */
  readonly events: readonly Event[];
}

/** Workloads as they run in the cluster, kept up to date. */
export interface Live {
  readonly connection: Connection;
  readonly namespace: string;
  /** `kind/name` of the workloads. */
  readonly names: readonly string[];
  /**
   * Milliseconds since their release began, by the API server's own clock and on ours since; `undefined`
   * where no release is known.
   */
  age(): number | undefined;
  /**
   * What is known now; waits until everything was seen once, and is up to date. One that was deleted
   * meanwhile is there without an object. What cannot be had now may be had by the next call.
   * @throws WorkloadAbsentError; ApiError when it may not be read, UnreachableError when the present is not known,
   * WorkloadAbsentError when a workload was not there from the start; the reason of `signal` once that is aborted
   */
  read(signal: AbortSignal): Promise<readonly LiveWorkload[]>;
}

/** The new pods of `workloads`. */
export function newPodsOf(workloads: readonly LiveWorkload[]): readonly Pod[] {
  return workloads.flatMap(({ newPods }) => newPods);
}
