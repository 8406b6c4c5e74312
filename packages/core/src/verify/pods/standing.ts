import { disruptionOf } from '../../workload/kinds/disruption.ts';
import { isReady } from '../../workload/kinds/pods.ts';
import { isLeaving } from '../../workload/kinds/status.ts';
import type { ContainerStatus, Pod } from '../../workload/types.ts';

/**
 * How a new pod is: `ready` serves; `starting` has never been ready as far as is known; `lost` was
 * ready, or has crashed, and is not ready now; `gone` ends by no fault of its own, and is replaced.
 */
export type Standing = 'ready' | 'starting' | 'lost' | 'gone';

/** UIDs of the pods that were seen ready. */
export type SeenReady = ReadonlySet<string>;

/** The statuses of all containers of a pod, init containers and sidecars first. */
export function containersOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** How a new pod is. Pure. */
export function standingOf(pod: Pod, seen: SeenReady): Standing {
  const { phase } = pod.status ?? {};
  if (isLeaving(pod) || disruptionOf(pod) !== undefined || phase === 'Succeeded') return 'gone';
  if (isReady(pod)) return 'ready';
  const crashed = (pod.status?.containerStatuses ?? []).some(
    ({ restartCount = 0, state }) => restartCount > 0 || state?.terminated !== undefined,
  );
  return crashed || seen.has(pod.metadata.uid ?? '') ? 'lost' : 'starting';
}

/** The pods that were seen ready, after one more look. Pure. */
export function rememberReady(seen: SeenReady, pods: readonly Pod[]): SeenReady {
  const ready = pods.filter(isReady).map(({ metadata }) => metadata.uid ?? '');
  return new Set([...seen, ...ready]);
}
