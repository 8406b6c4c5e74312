import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { sensorsOf } from '../prometheus/alive.ts';
import { openPrometheus, refused } from '../prometheus/api.ts';
import { type Asking, answerTo, observe, valuesBefore } from '../prometheus/asking.ts';
import { describeChanges } from '../prometheus/baseline.ts';
import { changesOf, comparisonWith } from '../prometheus/comparison.ts';
import { describeLimits, type Limits } from '../prometheus/limits.ts';
import { checkCountable, countEvents, judgeRequests } from '../prometheus/requests.ts';
import { fillInLater, laterVariables } from '../prometheus/variables.ts';
import { mentions } from '../template.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

type Config = CheckConfigs['prometheus'];

/** What stands for the variables where a query is looked at before there are values. */
const PLACEHOLDERS = { pods: 'paal', window: '5m' } as const;

function limitsOf(config: Config): Limits {
  const { range, reduce = 'worst', min, max, series } = config;
  const over = range === undefined ? undefined : { range, reduce };
  return { min, max, noData: config['no-data'], series, over };
}

function thresholdOf(config: Config, limits: Limits): string {
  const changes = changesOf(config);
  const origin = config.baseline === 'verified' ? 'in verified releases' : 'before the release';
  return [describeLimits(limits), ...(changes ? [describeChanges(changes, origin)] : [])]
    .filter((part) => part !== '')
    .join(', ');
}

/** The query that counts requests; `undefined` where there is none. */
async function requestsOf({ requests }: Config, query: string): Promise<string | undefined> {
  if (requests !== undefined) return requests;
  const { ratioOf } = await import(/* webpackMode: "eager" */ '../prometheus/ratio.ts');
  return ratioOf(query)?.requests;
}

/**
 * The check that asks Prometheus for a number. A number beyond the threshold is a failure at
 * once; that there is none, or no answer, may change. The context's server is asked where the check names
 * no server of its own.
 * @throws UserError for an address or header that is not valid, and when there is no address
 */
export function prometheusProbe(
  config: Config,
  surroundings: Pick<
    Surroundings,
    'before' | 'clock' | 'first' | 'live' | 'phase' | 'servers' | 'verifiedBefore'
  >,
): Probe {
  const { servers, live, clock } = surroundings;
  const title = oneLine(config.query, NAME_LIMIT);
  const name = config.name ?? title;
  const what = `The check "${name}"`;
  const { url, headers, timeout } = config;
  const prometheus = openPrometheus({ url, headers, timeout }, servers, what);
  const limits = limitsOf(config);
  const step = config.step === undefined ? undefined : config.step / 1_000;
  const asking: Asking = { prometheus, limits, step };
  const variables = laterVariables(prometheus, { live, clock });
  const changes = changesOf(config);
  const comparing = { asking, config, name, variables, surroundings };
  const comparison = changes && comparisonWith(comparing, changes);
  const auto = config.sensors === 'auto' && mentions(config.query, 'pods');
  const sensors =
    live && (auto || config.sensors === 'required') ? sensorsOf(prometheus, live) : undefined;
  const least = config['min-requests'];
  const began = clock.now();

  const tooFew = async (
    seen: Observation,
    query: string,
    signal: AbortSignal,
  ): Promise<Observation | undefined> => {
    const counting = least === undefined ? undefined : await requestsOf(config, query);
    if (least === undefined || counting === undefined) return undefined;
    const filled = await variables.fill(counting, signal);
    if (typeof filled !== 'string') return filled;
    const requests = await countEvents(prometheus, filled, signal);
    return requests === undefined ? undefined : judgeRequests(seen, requests, least);
  };

  return {
    name: title,
    target: `${config.query.trim()} at ${prometheus.address}`,
    threshold: thresholdOf(config, limits),
    bounds: { min: config.min, max: config.max },
    warmsUp: false,
    comparable: config.baseline === 'before',
    prepare: async (signal) => {
      const query = fillInLater(config.query, PLACEHOLDERS);
      if (least !== undefined) checkCountable(config, await requestsOf(config, query), what);
      const counting = config.requests && fillInLater(config.requests, PLACEHOLDERS);
      const answers = await Promise.all([
        answerTo(asking, query, signal),
        ...(counting ? [prometheus.query(counting, signal)] : []),
      ]);
      for (const { found } of answers.filter((answer) => !answer.trouble)) {
        if (found?.status !== 'error' || found.errorType !== 'bad_data') continue;
        throw new UserError(`${what}: ${refused(found).message}. Correct it: ${query.trim()}`);
      }
      return [];
    },
    measure: async (signal) => {
      const query = await variables.fill(config.query, signal);
      if (typeof query !== 'string') return query;
      const seen = await observe(asking, query, signal);
      if (seen.outcome === 'error') return seen;
      const few = await tooFew(seen, query, signal);
      if (few) return few;
      if (comparison && surroundings.phase === 'before') {
        return await comparison.keep(seen, query, signal);
      }
      if (seen.outcome !== 'succeeded') return seen;
      const compared = comparison ? await comparison.judge(seen, query, signal) : seen;
      if (compared.outcome !== 'succeeded') return compared;
      return sensors ? await sensors.confirm(compared, signal) : compared;
    },
    history: async (signal) => {
      const query = await variables.fillForBefore(config.query, signal);
      if (typeof query !== 'string') return [];
      return await valuesBefore(asking, query, () => clock.now() - began, signal);
    },
  };
}
