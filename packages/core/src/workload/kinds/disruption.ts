import type { Pod } from '../types.ts';
import { holds } from './status.ts';

/**
 * Reasons for which a kubelet or a controller ends or refuses a pod (pkg/kubelet: preemption,
 * nodeshutdown, lifecycle/predicate.go, cm/admission, cm/topologymanager; NodeLost is
 * pkg/util/node). `OutOfcpu`, `OutOfmemory` and the like come with the resource's name.
 */
const REASONS = new Set([
  'Preempting',
  'Terminated',
  'NodeShutdown',
  'NodeLost',
  'NodeAffinity',
  'UnexpectedAdmissionError',
  'TopologyAffinityError',
]);

/**
 * Why the cluster, and not the pod itself, is to blame for its end; `undefined` where it is not.
 * Evicted is said of both: of a node that ran short, and of a pod that used more storage than its own
 * limit (pkg/kubelet/eviction/helpers.go, the messages), which has no condition DisruptionTarget.
 */
export function disruptionOf(pod: Pod): string | undefined {
  const { reason = '', message = '' } = pod.status ?? {};
  const ended =
    REASONS.has(reason) ||
    reason.startsWith('OutOf') ||
    (reason === 'Evicted' && message.startsWith('The node '));
  if (ended) return reason;
  if (!holds(pod, 'DisruptionTarget')) return undefined;
  return reason === '' ? 'Disrupted' : reason;
}
