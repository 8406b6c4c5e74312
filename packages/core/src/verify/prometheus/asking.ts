import type { Observation } from '../check.ts';
import type { Sample } from '../probe.ts';
import type { QueryAnswer } from './answers.ts';
import type { Answer, Prometheus, Span } from './api.ts';
import { formatNumber, judgeSeries, type Limits } from './limits.ts';
import { remarksOf, type Series, seriesOf, toNumber } from './result.ts';

const MOST_POINTS = 60;
/** Seconds. */
const SHORTEST_STEP = 15;
const HISTORY = 600;

/** Which numbers a query is asked for, and what they mean. */
export interface Asking {
  readonly prometheus: Prometheus;
  readonly limits: Limits;
  /** Seconds between two values of a range; `undefined` for the usual. */
  readonly step: number | undefined;
}

/** The last `range` seconds before `end`, in 60 values at most. */
function spanOf(end: number, range: number, step: number | undefined): Span {
  const usual = Math.max(SHORTEST_STEP, Math.ceil(range / (MOST_POINTS - 1)));
  return { start: end - range, end, step: step ?? usual };
}

/** What the server answers to `query` at `time`, of its own clock; now where there is none. */
export async function answerTo(
  { prometheus, limits, step }: Asking,
  query: string,
  signal: AbortSignal,
  time?: number,
): Promise<Answer<QueryAnswer>> {
  if (!limits.over) return await prometheus.query(query, signal, time);
  const now = time === undefined ? await prometheus.now(signal) : { found: time };
  if (now.trouble) return now;
  const span = spanOf(now.found, limits.over.range / 1_000, step);
  return await prometheus.queryRange(query, span, signal);
}

/** The largest number of `divisor` now; `undefined` where it has none above 0. */
async function positive(
  { prometheus }: Asking,
  divisor: string,
  signal: AbortSignal,
  time: number | undefined,
): Promise<number | undefined> {
  const answer = await prometheus.query(divisor, signal, time);
  if (answer.trouble) return undefined;
  const series = seriesOf(answer.found, false);
  if (!('length' in series)) return undefined;
  const values = series.map(({ values: [value = 'NaN'] }) => toNumber(value));
  const largest = Math.max(...values.filter((value) => !Number.isNaN(value)));
  return largest > 0 ? largest : undefined;
}

/**
 * What an empty result of a ratio is, where nothing was counted in its numerator yet while the divisor
 * shows that there was something to count; `undefined` for anything else.
 */
async function withoutNumerator(
  asking: Asking,
  query: string,
  signal: AbortSignal,
  time: number | undefined,
): Promise<Observation | undefined> {
  const { ratioOf } = await import(/* webpackMode: "eager" */ './ratio.ts');
  const ratio = ratioOf(query);
  if (!ratio || ratio.withZeros === query) return undefined;
  const divisor = await positive(asking, ratio.divisor, signal, time);
  if (divisor === undefined) return undefined;
  const answer = await answerTo(asking, ratio.withZeros, signal, time);
  if (answer.trouble) return undefined;
  const series = seriesOf(answer.found, asking.limits.over !== undefined);
  if (!('length' in series) || series.length === 0) return undefined;
  const seen = judgeSeries(series, asking.limits);
  const [other] = ratio.otherMetrics;
  const warning = `no series of ${other} was found, and 0 was taken for it; is its name right?`;
  return {
    ...seen,
    message: `${seen.message}; the numerator has no series yet, which is 0, while the divisor is ${formatNumber(divisor)}`,
    ...(other === undefined ? {} : { warnings: [...(seen.warnings ?? []), warning] }),
  };
}

/**
 * Asks `query` once and judges the answer by its thresholds alone.
 * @param time on the server's own clock; default: now
 */
export async function observe(
  asking: Asking,
  query: string,
  signal: AbortSignal,
  time?: number,
): Promise<Observation> {
  const answer = await answerTo(asking, query, signal, time);
  if (answer.trouble) return answer.trouble;
  const series: readonly Series[] | Observation = seriesOf(
    answer.found,
    asking.limits.over !== undefined,
  );
  if (!('length' in series)) return series;
  const remarks = remarksOf(answer.found);
  const zero =
    series.length === 0 ? await withoutNumerator(asking, query, signal, time) : undefined;
  const seen = zero ?? judgeSeries(series, asking.limits);
  const warnings = [...(seen.warnings ?? []), ...remarks];
  return warnings.length > 0 ? { ...seen, warnings } : seen;
}

/**
 * The values of `query` in the last 10 minutes, 60 at most; none where it gives several series, or none.
 * @param elapsed milliseconds since the verification began
 */
export async function valuesBefore(
  { prometheus }: Pick<Asking, 'prometheus'>,
  query: string,
  elapsed: () => number,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const now = await prometheus.now(signal);
  if (now.trouble) return [];
  const { ratioOf } = await import(/* webpackMode: "eager" */ './ratio.ts');
  const asked = ratioOf(query)?.withZeros ?? query;
  const span = spanOf(now.found, HISTORY, Math.ceil(HISTORY / (MOST_POINTS - 1)));
  const answer = await prometheus.queryRange(asked, span, signal);
  if (answer.trouble || answer.found.status === 'error') return [];
  const { data } = answer.found;
  if (data.resultType !== 'matrix' || data.result.length !== 1) return [];
  const present = elapsed();
  return (data.result[0]?.values ?? [])
    .map(([at, text]) => ({
      at: Math.round((at - now.found) * 1_000 + present),
      value: toNumber(text),
    }))
    .filter(({ value }) => Number.isFinite(value));
}
