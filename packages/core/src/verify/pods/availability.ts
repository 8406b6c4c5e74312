import { describeExit } from '../../workload/kinds/exit.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { found } from './findings.ts';
import { containersOf, type SeenReady, standingOf } from './standing.ts';

/** A job's pods end, and are not ready then. */
function stays({ spec }: Pod): boolean {
  return (spec.restartPolicy ?? 'Always') === 'Always';
}

/** What a pod that is not ready any more suffers from. */
function complaintOf(pod: Pod): string {
  const unready = containersOf(pod).filter(({ ready }) => ready === false);
  const causes = unready.map(({ name, state, lastState }) => {
    const exit = state?.terminated ?? (state?.running ? undefined : lastState?.terminated);
    if (exit) return `container ${name} ${describeExit(exit)}`;
    const reason = state?.waiting?.reason;
    return `container ${name} is not ready${reason ? ` (${reason})` : ''}`;
  });
  const why = causes.length > 0 ? `: ${causes.join(', ')}` : '';
  return `pod ${pod.metadata.name} is not ready any more${why}`;
}

/**
 * Whether a workload is available, by the rules of its kind. That a pod is lost is a failure; that it is
 * not complete any more without that is none: it is scaled, or pods are replaced. Pure.
 * @param wasComplete whether it was seen complete before
 */
export function judgeAvailability(
  { object, newPods, progress }: LiveWorkload,
  seen: SeenReady,
  wasComplete: boolean,
): Observation {
  if (!object || !progress) {
    return found('failed', 'not there', 'it is not there', 'Who deleted it?');
  }
  const { failure, obstacle, claim, text, complete } = progress;
  if (failure) {
    const message = failure.message.replace(/\.$/, '');
    return found('failed', failure.reason, message, failure.hint ?? 'Look at it with kubectl.');
  }
  const lost = newPods.filter((pod) => stays(pod) && standingOf(pod, seen) === 'lost');
  if (lost.length > 0) {
    return found(
      'failed',
      text,
      `${text}; ${lost.map(complaintOf).join('; ')}`,
      'Look at the log of the pod, and at its events with kubectl describe pod.',
    );
  }
  const starting = newPods.filter((pod) => stays(pod) && standingOf(pod, seen) === 'starting');
  if (complete && starting.length === 0) {
    return { outcome: 'succeeded', retry: true, value: text, message: text };
  }
  const names = starting.map(({ metadata }) => metadata.name).join(', ');
  const notes = [
    ...(starting.length > 0 ? [`not ready yet: ${names}`] : []),
    ...(obstacle ? [`${obstacle.reason}: ${obstacle.message}`] : []),
    ...(claim ? [claim.failure.message.replace(/\.$/, '')] : []),
  ];
  const message = [text, ...notes].join('; ');
  return wasComplete
    ? found('inconclusive', text, `${message}; it is scaled, or pods are replaced`, 'Wait for it.')
    : found('failed', text, `not complete: ${message}`, 'Is its rollout over? Look at its pods.');
}
