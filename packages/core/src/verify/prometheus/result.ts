import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import { oneLine } from '../text.ts';
import type { QueryAnswer } from './answers.ts';
import { refused } from './api.ts';

/** One series of a result: its number, or its numbers in the order of time. */
export interface Series {
  /** `up{pod="shop-0"}`; empty for a number without labels, such as a scalar. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As Prometheus writes them: `0.05`, `NaN`, `+Inf`. */
  readonly values: readonly string[];
}

/** A sample value; Prometheus writes the special ones `NaN`, `+Inf` and `-Inf`. */
export function toNumber(text: string): number {
  const infinity = /^([+-]?)Inf$/.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return Number(text);
}

/** A series as PromQL writes it. */
export function nameOf(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && name === '' ? '{}' : oneLine(`${name}{${pairs.join(', ')}}`);
}

/** What the server remarks beside its answer. */
export function remarksOf({ warnings, infos }: QueryAnswer): readonly string[] {
  return [...warnings, ...infos].map((text) => oneLine(text));
}

function histogram(metric: Readonly<Record<string, string>>): Observation {
  return providerError(
    'histogram',
    `the query gives a histogram instead of a number: ${nameOf(metric)}`,
    'Make a number of it, for example with histogram_quantile(0.95, …).',
  );
}

/**
 * The series of an answer, or the observation that it is.
 * @param range whether numbers over time were asked for
 */
export function seriesOf(answer: QueryAnswer, range: boolean): readonly Series[] | Observation {
  if (answer.status === 'error') return refused(answer);
  const { data } = answer;
  const remarks = remarksOf(answer);
  const noted = remarks.length > 0 ? { warnings: remarks } : {};
  if (data.resultType === 'scalar') return [{ name: '', labels: {}, values: [data.result[1]] }];
  if (data.resultType === 'vector') {
    const odd = data.result.find(({ value }) => value === undefined);
    if (odd) return { ...histogram(odd.metric), ...noted };
    return data.result.map(({ metric, value }) => ({
      name: nameOf(metric),
      labels: metric,
      values: value ? [value[1]] : [],
    }));
  }
  if (data.resultType === 'matrix' && range) {
    const odd = data.result.find(({ values }) => values === undefined);
    if (odd) return { ...histogram(odd.metric), ...noted };
    return data.result.map(({ metric, values = [] }) => ({
      name: nameOf(metric),
      labels: metric,
      values: values.map(([, value]) => value),
    }));
  }
  return providerError(
    data.resultType,
    `the query gives a ${data.resultType === 'matrix' ? 'range vector' : 'string'} instead of one number`,
    'Make one number of it, for example with rate(…), increase(…) or avg_over_time(…) and sum(…).',
    { retry: false, ...noted },
  );
}

/** The one number of an answer; `undefined` where it is none, or no number. */
export function oneNumber(answer: QueryAnswer): number | undefined {
  const series = seriesOf(answer, false);
  if (!('length' in series) || series.length !== 1) return undefined;
  const value = toNumber(series[0]?.values[0] ?? 'NaN');
  return Number.isNaN(value) ? undefined : value;
}
