import pLimit from 'p-limit';
import type { Clock } from '../../clock.ts';
import { formatDuration } from '../../config/duration.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import type { Elasticsearch } from './elasticsearch-api.ts';
import {
  type ElasticsearchConfig,
  inTime,
  isOneOf,
  ofPods,
  readySince,
} from './elasticsearch-query.ts';

const MOST_AT_ONCE = 8;

/** Whether lines of pods get to Elasticsearch at all. */
export interface Arrivals {
  /** What speaks against it; `undefined` once a line of each pod has come. */
  missing(pods: readonly Pod[], signal: AbortSignal): Promise<Observation | undefined>;
}

function unproven(value: string, message: string, hint: string): Observation {
  return { outcome: 'inconclusive', retry: true, value, message, hint };
}

/**
 * The proof that silence means that nothing was logged: of each new pod a line has come that is newer than
 * the time since when it is ready; or, of one that says nothing any more, an older one, and what came after
 * it had the time to come. Nothing is asked before {@link Arrivals.missing}.
 */
export function openArrivals(
  server: Elasticsearch,
  config: ElasticsearchConfig,
  namespace: string,
  clock: Clock,
): Arrivals {
  const proven = new Set<string>();
  /** When a pod was seen ready first, by our clock; never compared with that of the cluster. */
  const seenReady = new Map<string, number>();
  const inTurn = pLimit(MOST_AT_ONCE);
  let levels = false;

  const ofPod = (pod: string) => ofPods(config, namespace, isOneOf(config['pod-field'], [pod]));

  const missingOf = async (pod: Pod, signal: AbortSignal): Promise<Observation | undefined> => {
    const { name, uid = name, creationTimestamp = '' } = pod.metadata;
    if (proven.has(uid)) return undefined;
    const ready = readySince(pod);
    if (ready === undefined) {
      return unproven(
        'not ready',
        `${name} is not ready`,
        'Look at the pod: kubectl describe pod.',
      );
    }
    const since = seenReady.get(uid) ?? clock.now();
    seenReady.set(uid, since);
    const isLate = clock.now() - since >= config.lag;
    const begin = isLate ? creationTimestamp : ready;
    const filter = [inTime(config['time-field'], begin), ...ofPod(name)];
    const lines = await server.count(filter, signal);
    if (lines.trouble) return lines.trouble;
    if (lines.value > 0) {
      proven.add(uid);
      return undefined;
    }
    return unproven(
      'no lines',
      `no line of ${name} has arrived in Elasticsearch yet`,
      isLate
        ? `Are the logs of ${namespace} sent to ${config.index}, and are "pod-field" and "namespace-field" right (${config['pod-field']}, ${config['namespace-field']})? For an application that logs nothing: require-lines: false.`
        : `Lines may take up to lag, ${formatDuration(config.lag)}; the duration has to be longer.`,
    );
  };

  return {
    missing: async (pods, signal) => {
      const all = await Promise.all(pods.map((pod) => inTurn(() => missingOf(pod, signal))));
      const found = all.filter((one) => one !== undefined);
      const [first] = found.toSorted(
        (a, b) => Number(b.outcome === 'error') - Number(a.outcome === 'error'),
      );
      if (first || levels) return first;
      const names = pods.map(({ metadata }) => metadata.name);
      const exists = { exists: { field: config['level-field'] } };
      const place = ofPods(config, namespace, isOneOf(config['pod-field'], names));
      const tagged = await server.count([...place, exists], signal);
      if (tagged.trouble) return tagged.trouble;
      levels = tagged.value > 0;
      if (levels) return undefined;
      return unproven(
        'no levels',
        `no line of the new pods has the field ${config['level-field']} in Elasticsearch, so none could be found to be an error`,
        'Is "level-field" right? Where lines have no level of their own, leave out "elasticsearch": the lines of the pods are then looked at themselves.',
      );
    },
  };
}
