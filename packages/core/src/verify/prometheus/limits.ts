import type { CheckConfigs } from '../../config/check-schema.ts';
import { formatDuration } from '../../config/duration.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import { type Series, toNumber } from './result.ts';

type Config = CheckConfigs['prometheus'];

/** Which numbers are good, what no number means, and which number of several counts. */
export interface Limits {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly noData: Config['no-data'];
  readonly series: Config['series'];
  /** How the numbers of a series over time become one; `undefined` where there is one anyway. */
  readonly over: { readonly range: number; readonly reduce: 'worst' | 'avg' | 'last' } | undefined;
}

const SHOWN_SERIES = 5;
const DETAILS = 30;

/** `≤ 0.05`; empty for no limit. */
export function describeLimits({ min, max }: Pick<Limits, 'min' | 'max'>): string {
  if (min === undefined) return max === undefined ? '' : `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : `${min} to ${max}`;
}

const NO_DATA: Readonly<Record<Limits['noData'], Observation['outcome']>> = {
  fail: 'failed',
  pass: 'succeeded',
  inconclusive: 'inconclusive',
};

function noData(value: string, why: string, limits: Limits): Observation {
  return {
    outcome: NO_DATA[limits.noData],
    retry: true,
    // New series take a scrape or two to appear.
    warmsUp: true,
    value,
    message: `${why} (no-data: ${limits.noData})`,
    hint: 'Do the series in the query exist, with these labels, and is there traffic? "no-data" says what their absence means.',
  };
}

/** How bad a value is: above 0 beyond the threshold, and the more so, the further. */
function badness(value: number, { min, max }: Limits): number {
  if (Number.isNaN(value)) return Number.NEGATIVE_INFINITY;
  // Without a threshold of its own, what is compared with a baseline is worse the larger it is.
  if (min === undefined && max === undefined) return value;
  const above = max === undefined ? Number.NEGATIVE_INFINITY : value - max;
  const below = min === undefined ? Number.NEGATIVE_INFINITY : min - value;
  return Math.max(above, below);
}

function isWithin(value: number, { min = -Infinity, max = Infinity }: Limits): boolean {
  return value >= min && value <= max;
}

/** The one of `values` that is worst; NaN only where there is nothing else. */
function worstValue(values: readonly string[], limits: Limits): string | undefined {
  return [...values].sort(
    (a, b) => badness(toNumber(b), limits) - badness(toNumber(a), limits) || 0,
  )[0];
}

/** A number in as few digits as tell it. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The one number that a series comes to; `undefined` where it has none. */
function reduced({ values }: Series, limits: Limits): string | undefined {
  const reduce = limits.over?.reduce ?? 'last';
  if (reduce === 'last') return values.at(-1);
  if (reduce === 'worst') return worstValue(values, limits);
  const numbers = values.map(toNumber).filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return values.at(-1);
  return String(numbers.reduce((sum, value) => sum + value, 0) / numbers.length);
}

const REDUCED = { worst: 'worst value', avg: 'average', last: 'last value' } as const;

function subject(text: string, name: string, { over }: Limits): string {
  const value = `${text}${name === '' ? '' : ` of ${name}`}`;
  if (!over) return `the value ${value}`;
  return `the ${REDUCED[over.reduce]} within ${formatDuration(over.range)}, ${value},`;
}

/** `text` in few digits, unless these would stand on the other side of a threshold. */
function brief(text: string, limits: Limits): string {
  const value = toNumber(text);
  const short = formatNumber(value);
  if (!Number.isFinite(value) || short.length >= text.length) return text;
  return isWithin(Number(short), limits) === isWithin(value, limits) ? short : text;
}

/** What one number is; `name` where it is one of several. */
function judgeNumber(text: string, name: string, limits: Limits): Observation {
  const value = toNumber(text);
  if (Number.isNaN(value)) {
    return noData('NaN', `the result${name === '' ? '' : ` for ${name}`} is NaN`, limits);
  }
  const within = isWithin(value, limits);
  const threshold = describeLimits(limits);
  const place = `${within ? 'within' : 'beyond'} the threshold ${threshold}`;
  return {
    outcome: within ? 'succeeded' : 'failed',
    retry: true,
    ...(Number.isFinite(value) ? { number: value } : {}),
    value: text,
    message: `${subject(brief(text, limits), name, limits)}${threshold === '' ? ' is there' : ` is ${place}`}`,
    ...(within
      ? {}
      : { hint: 'Run the query in Prometheus to see what it counts, and since when.' }),
  };
}

function several(series: readonly Series[]): Observation {
  const names = series
    .slice(0, SHOWN_SERIES)
    .map(({ name, values }) => `${name} ${values.at(-1) ?? ''}`.trim());
  const more = series.length > SHOWN_SERIES ? ` and ${series.length - SHOWN_SERIES} more` : '';
  return providerError(
    `${series.length} series`,
    `the query gives ${series.length} series instead of one number: ${names.join(', ')}${more}`,
    'Make one number of them with sum(…), max(…) or min(…), select one by its labels, or say series: all or series: any.',
  );
}

interface Judged {
  readonly series: Series;
  readonly text: string;
  readonly seen: Observation;
}

/** The first of those that decide, worst first. */
function worstFirst(judged: readonly Judged[], limits: Limits): readonly Judged[] {
  const order = ['failed', 'error', 'inconclusive', 'succeeded'];
  return [...judged].sort(
    (a, b) =>
      order.indexOf(a.seen.outcome) - order.indexOf(b.seen.outcome) ||
      badness(toNumber(b.text), limits) - badness(toNumber(a.text), limits) ||
      0,
  );
}

function judgeEach(all: readonly Judged[], limits: Limits): Observation {
  const sorted = worstFirst(all, limits);
  // With any, the best decides: what is bad beside it is nothing.
  const decisive = limits.series === 'any' ? sorted.at(-1) : sorted[0];
  if (!decisive) return noData('no data', 'the result is empty', limits);
  const bad = sorted.filter(({ seen }) => seen.outcome !== 'succeeded');
  const share = ` (${all.length - bad.length} of ${all.length} series are good)`;
  const details = bad
    .slice(0, DETAILS)
    .map(({ series, text }) => `${series.name || 'the result'} ${text}`);
  return {
    ...decisive.seen,
    message: `${decisive.seen.message}${share}`,
    ...(details.length > 0 ? { details } : {}),
  };
}

/** What the series of a result mean; pure. The `value` is the one that decides. */
export function judgeSeries(result: readonly Series[], limits: Limits): Observation {
  if (result.length > 1 && limits.series === 'one') return several(result);
  const judged = result.flatMap((series) => {
    const text = reduced(series, limits);
    if (text === undefined) return [];
    const name = result.length > 1 ? series.name : '';
    return [{ series, text, seen: judgeNumber(text, name, limits) }];
  });
  const [only] = judged;
  if (!only) return noData('no data', 'the result is empty', limits);
  return judged.length === 1 ? only.seen : judgeEach(judged, limits);
}
