import type { KubeObject } from '../cluster/object.ts';
import { isObserved } from './kinds/status.ts';
import type { WorkloadKind } from './types.ts';

/** The pods of a workload at one moment, as its status counts them. */
export interface Availability {
  /** How many there should be. */
  readonly desired: number;
  /** Of the present template. */
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** Whether all that should be there are of the present template, and available, and no others. */
  readonly full: boolean;
}

type Counters = Readonly<Record<string, number | undefined>>;

/** Desired, updated, ready, available, and all pods there are, where the kind counts them. */
function countersOf(
  kind: WorkloadKind,
  { replicas: desired = 1 }: Counters,
  status: Counters,
): readonly [desired: number, updated: number, ready: number, available: number, all: number] {
  if (kind === 'DaemonSet') {
    const { desiredNumberScheduled: nodes = 0, updatedNumberScheduled = 0 } = status;
    const { numberReady = 0, numberAvailable = 0 } = status;
    return [nodes, updatedNumberScheduled, numberReady, numberAvailable, nodes];
  }
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  return [desired, updatedReplicas, readyReplicas, availableReplicas, replicas];
}

/** How available a workload is; `undefined` for a CronJob, which has no pods to keep. Pure. */
export function availabilityOf(kind: WorkloadKind, object: KubeObject): Availability | undefined {
  if (kind === 'CronJob') return undefined;
  const spec = (object.spec ?? {}) as Counters;
  const status = (object.status ?? {}) as Counters;
  const [desired, updated, ready, available, all] = countersOf(kind, spec, status);
  const full = isObserved(object) && [updated, available, all].every((one) => one === desired);
  return { desired, updated, ready, available, full };
}

/** In short: `3/3`, or `1/3 (2 updated)` where not all that should be are of the present template. */
export function shownAvailability({ desired, updated, available }: Availability): string {
  return `${available}/${desired}${updated === desired ? '' : ` (${updated} updated)`}`;
}
