import { type Live, newPodsOf } from '../../workload/live.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import type { Prometheus } from './api.ts';
import { podsPattern, readLive } from './pods.ts';
import { seriesOf } from './result.ts';
import { type Unseen, unseenPods } from './sensors.ts';
import { NO_PODS } from './variables.ts';

const DETAILS = 30;
const NAMED = 3;

/** What a good answer is worth while Prometheus does not see `unseen`; pure. */
export function judgeUnseen(seen: Observation, unseen: readonly Unseen[]): Observation {
  if (unseen.length === 0) return seen;
  const names = unseen.slice(0, NAMED).map(({ pod, why }) => `${pod} (${why})`);
  const more = unseen.length > NAMED ? ` and ${unseen.length - NAMED} more` : '';
  return {
    ...seen,
    outcome: 'inconclusive',
    message: `${seen.message}; but Prometheus does not see new pods: ${names.join(', ')}${more}`,
    hint: 'Are the pods annotated or selected for scraping? "sensors: ignored" accepts what others say of them.',
    details: unseen.slice(0, DETAILS).map(({ pod, why }) => `${pod}: ${why}`),
  };
}

/**
 * The same by the series `up` and its label `pod`, for what has no API of targets, such as Thanos;
 * `undefined` where that label is not in use.
 */
async function unseenByUp(
  prometheus: Prometheus,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<readonly Unseen[] | undefined> {
  const answer = await prometheus.query(
    `max by (pod) (up{pod=~"${podsPattern(pods)}"}) or (count(up{pod!=""}) > 0)`,
    signal,
  );
  if (answer.trouble) return undefined;
  const series = seriesOf(answer.found, false);
  if (!('length' in series) || series.length === 0) return undefined;
  const states = new Map(series.map(({ labels, values }) => [labels.pod ?? '', values[0]]));
  return pods.flatMap(({ metadata: { name } }) => {
    const state = states.get(name);
    if (state === '1') return [];
    return [{ pod: name, why: state === undefined ? 'no target' : 'down' }];
  });
}

/** Looks whether Prometheus sees the new pods. */
export interface Sensors {
  /** `seen`, a good answer, or what it is worth. */
  confirm(seen: Observation, signal: AbortSignal): Promise<Observation>;
}

/** For the pods of `live`; the remark that nothing can be found out is made once. */
export function sensorsOf(prometheus: Prometheus, live: Live): Sensors {
  let remarked = false;
  return {
    confirm: async (seen, signal) => {
      const workloads = await readLive(live, signal);
      if (!Array.isArray(workloads)) return workloads as Observation;
      const pods = newPodsOf(workloads);
      if (pods.length === 0) return NO_PODS;
      const targets = await prometheus.targets(signal);
      const unseen = targets.trouble
        ? await unseenByUp(prometheus, pods, signal)
        : unseenPods(pods, targets.found);
      if (unseen) return judgeUnseen(seen, unseen);
      if (remarked) return seen;
      remarked = true;
      const remark = `${prometheus.shown} does not tell which pods it scrapes, so that this is not checked`;
      return { ...seen, warnings: [...(seen.warnings ?? []), remark] };
    },
  };
}
