import type { CheckConfigs } from '../../config/check-schema.ts';
import { formatDuration } from '../../config/duration.ts';
import { UserError } from '../../errors.ts';
import { countOf } from '../../workload/kinds/count.ts';
import { type Live, newPodsOf } from '../../workload/live.ts';
import { parseWorkload } from '../../workload/reference.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import { lookAt } from '../pods/look.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { type Limit, levelName, thresholdOf } from './answer.ts';
import { openArrivals } from './arrivals.ts';
import { type Elasticsearch, type Given, openElasticsearch } from './elasticsearch-api.ts';
import { pastIn } from './elasticsearch-past.ts';
import {
  type Clause,
  type ElasticsearchConfig,
  hasLevel,
  inTime,
  isOneOf,
  ofPods,
  type Since,
} from './elasticsearch-query.ts';
import { judgeFound } from './found-lines.ts';
import { ignoring, SlowPattern } from './ignore.ts';
import { noPods } from './judge-pods.ts';
import type { Past } from './kinds.ts';

/** A check of logs that Elasticsearch has. */
export type ElasticsearchLogs = CheckConfigs['logs'] & {
  readonly elasticsearch: ElasticsearchConfig;
};

/** Lines that are looked at: to name their kinds; and where each has to be looked at. */
const SHOWN = 20;
const LOOKED_AT = 100;

/** Since when the logs of the new pods count. */
function beginOf(live: Live, pods: readonly Pod[]): Since {
  const age = live.age();
  if (age !== undefined) return age / 1_000;
  return pods.map(({ metadata }) => metadata.creationTimestamp ?? '').sort()[0] ?? '';
}

function addressOf({ elasticsearch }: ElasticsearchLogs, { servers }: Surroundings, what: string) {
  const url = elasticsearch.url ?? servers.elasticsearch;
  if (url !== undefined) return url;
  throw new UserError(
    `${what} does not know where Elasticsearch is: set "url" in "elasticsearch", the input ` +
      '"elasticsearch-url", or verify.elasticsearch in paal.yaml.',
  );
}

/** What is asked for, of whom. */
interface Question {
  readonly server: Elasticsearch;
  readonly filter: (level: Clause) => readonly Clause[];
  readonly size: number;
}

/**
 * The check that asks Elasticsearch for what the new pods have logged since the release.
 * @throws UserError for a configuration that is not usable, and where no workload is named
 */
export function elasticsearchLogsProbe(config: ElasticsearchLogs, context: Surroundings): Probe {
  const name = 'logs in Elasticsearch';
  const what = `The check "${config.name ?? name}"`;
  const { level, elasticsearch, timeout } = config;
  const look = lookAt(context.live, config.workloads, what);
  const { live } = look;
  const server = openElasticsearch(elasticsearch, addressOf(config, context, what), timeout, what);
  const ignore = ignoring(config.ignore, what);
  const compared = config.baseline === 'before';
  const limit: Limit = { level, max: config.max, compared };
  const size = compared || config.ignore.length > 0 ? LOOKED_AT : SHOWN;
  const workloads = look.names.map((text) => parseWorkload(text, live.namespace, what));
  const arrivals = openArrivals(server, elasticsearch, live.namespace, context.clock);
  let numeric = false;
  let past: Past | undefined;

  /** The lines of the level, whether its field has words or numbers. */
  const find = async ({ server: asked, filter, size: most }: Question, signal: AbortSignal) => {
    const clause = () => filter(hasLevel(elasticsearch['level-field'], level, numeric));
    let total: Given<number> = await asked.count(clause(), signal);
    if (total.trouble && total.numeric && !numeric) {
      numeric = true;
      total = await asked.count(clause(), signal);
    }
    if (total.trouble) return total.trouble;
    if (total.value === 0) return { total: 0, lines: [] };
    const lines = await asked.search(clause(), most, signal);
    if (lines.trouble) return lines.trouble;
    // Lines may have come between the two questions.
    return { total: Math.max(total.value, lines.value.length), lines: lines.value };
  };

  const pastOf = async (
    signal: AbortSignal,
  ): Promise<Past | 'unknown' | undefined | Observation> => {
    if (!compared || past) return past;
    const age = live.age();
    if (age === undefined) return 'unknown';
    const tools = { server, config: elasticsearch, namespace: live.namespace, workloads };
    const answer = await pastIn(tools, age / 1_000, find, signal);
    if (answer !== 'unknown' && !('outcome' in answer)) past = answer;
    return answer;
  };

  const measure = async (signal: AbortSignal): Promise<Observation> => {
    const sight = await look.take(signal);
    if (sight.trouble) return sight.trouble;
    const pods = newPodsOf(sight.workloads);
    if (pods.length === 0) return noPods();
    const names = pods.map(({ metadata }) => metadata.name);
    const begin = beginOf(live, pods);
    const place = [
      inTime(elasticsearch['time-field'], begin),
      ...ofPods(elasticsearch, live.namespace, isOneOf(elasticsearch['pod-field'], names)),
    ];
    const found = await find({ server, filter: (clause) => [...place, clause], size }, signal);
    if ('outcome' in found) return found;
    const before = found.total > config.max ? await pastOf(signal) : past;
    if (before && before !== 'unknown' && 'outcome' in before) return before;
    const ignored = ignore.of(found.lines.map(({ text }) => text));
    const minutes = typeof begin === 'number' ? begin / 60 : 0;
    const bad = judgeFound({ ...found, ignored }, limit, before, { minutes, pods: pods.length });
    if (bad) return bad;
    if (config['require-lines']) {
      const missing = await arrivals.missing(pods, signal);
      if (missing) return missing;
    }
    return {
      outcome: 'succeeded',
      retry: true,
      value: countOf(found.total, 'line'),
      number: found.total,
      message: `${found.total === 0 ? 'no line' : countOf(found.total, 'line')} of level ${levelName(level)}${found.total === 0 ? '' : ', all of them tolerated,'} of ${countOf(pods.length, 'pod')} since the release`,
    };
  };

  return {
    name,
    target: `lines of level ${levelName(level)} of the new pods of ${look.names.join(', ')} in ${elasticsearch.index} at ${server.shown.replace(/^Elasticsearch at /, '')}`,
    threshold: thresholdOf(config.max, level, compared),
    warmsUp: false,
    prepare: async () => {
      const { duration } = context;
      if (duration === undefined || duration > elasticsearch.lag) return [];
      return [
        `${what}: the duration (${formatDuration(duration)}) is not longer than "lag" (${formatDuration(elasticsearch.lag)}), the time that a line may take until Elasticsearch has it.`,
      ];
    },
    measure: async (signal) => {
      try {
        return await measure(signal);
      } catch (error) {
        if (!(error instanceof SlowPattern)) throw error;
        const hint = 'Write it without a repetition in a repetition, such as (a+)+.';
        return providerError('slow pattern', error.message, hint, { retry: false });
      }
    },
  };
}
