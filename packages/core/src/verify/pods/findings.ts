import type { LiveWorkload } from '../../workload/live.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { nameOf } from './look.ts';
import type { Asked } from './port.ts';
import { type SeenReady, type Standing, standingOf } from './standing.ts';
import type { Finding } from './sum-up.ts';

/** An observation that is not good. */
export function found(
  outcome: Observation['outcome'],
  value: string,
  message: string,
  hint: string,
  retry = true,
): Observation {
  return { outcome, retry, value, message, hint };
}

const STANDINGS: Readonly<Record<'starting' | 'lost', Observation>> = {
  starting: found(
    'inconclusive',
    'not ready',
    'it is not ready yet, so it was not asked',
    'Look at its events with kubectl describe pod.',
  ),
  lost: found(
    'failed',
    'not ready',
    'it is not ready any more',
    'Look at its log, also that of the container before (kubectl logs --previous).',
  ),
};

/** A new pod, where it is asked, and how it is. */
export interface AskedPod {
  readonly pod: Pod;
  readonly uid: string;
  readonly port: number;
  readonly standing: Standing;
}

/** The new pods of the workloads. Pure. */
export function podsOf(asked: readonly Asked[], seen: SeenReady): readonly AskedPod[] {
  return asked.flatMap(({ workload, port }) =>
    workload.newPods.map((pod) => ({
      pod,
      uid: pod.metadata.uid ?? pod.metadata.name,
      port,
      standing: standingOf(pod, seen),
    })),
  );
}

/** What it means that there is nobody to ask at all. */
export function nobody(names: readonly string[]): Observation {
  const message = `${names.join(', ')}: there is no new pod to ask`;
  return found('inconclusive', 'no pods', message, 'Is it scaled to 0?');
}

/**
 * The workloads that should have new pods, and have none that could be asked: nothing is known of them.
 * Pure.
 */
export function withoutPods(
  workloads: readonly LiveWorkload[],
  pods: readonly AskedPod[],
): readonly Finding[] {
  const staying = new Set(pods.filter(({ standing }) => standing !== 'gone').map(({ pod }) => pod));
  return workloads.flatMap((workload) => {
    const { object, newPods, progress } = workload;
    const idle = progress?.serving?.want === 0 || workload.workload.kind === 'CronJob';
    if (object && (idle || newPods.some((pod) => staying.has(pod)))) return [];
    const message = object ? 'there is no new pod to ask' : 'it is not there any more';
    const hint = object ? 'Look at its events with kubectl describe.' : 'Who deleted it?';
    const observation = found('inconclusive', 'no pods', message, hint);
    return [{ subject: nameOf(workload), observation }];
  });
}

/** What the last look and the replies come to. Pure. */
export function conclude(
  pods: readonly AskedPod[],
  replies: ReadonlyMap<string, Observation>,
): readonly Finding[] {
  const present = pods.filter(({ standing }) => standing !== 'gone');
  const noneReady = present.every(({ standing }) => standing !== 'ready');
  return present.map(({ pod, uid, standing }) => {
    const subject = pod.metadata.name;
    if (standing !== 'starting' && standing !== 'lost') {
      const observation =
        replies.get(uid) ??
        found('inconclusive', 'gone', 'it went while it was asked', 'Ask again.');
      return { subject, observation };
    }
    const observation = STANDINGS[standing];
    // Where nobody serves, that is no matter of one pod that is still starting.
    return {
      subject,
      observation: noneReady ? { ...observation, outcome: 'failed' } : observation,
    };
  });
}
