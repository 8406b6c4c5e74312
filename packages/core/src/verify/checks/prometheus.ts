import * as z from 'zod';
import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import type { Observation } from '../check.ts';
import type { Probe, Surroundings } from '../probe.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  NoAnswer,
  requestHeaders,
  sendRequest,
} from '../request.ts';
import { excerptOf, NAME_LIMIT, oneLine } from '../text.ts';

/** Which numbers are good, and what no number means. */
export interface Limits {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly noData: CheckConfigs['prometheus']['no-data'];
}

const sample = z.tuple([z.number(), z.string().min(1)]);
const series = z.object({
  metric: z.record(z.string(), z.string()).default({}),
  value: sample.optional(),
});
const remarks = {
  warnings: z.array(z.string()).default([]),
  infos: z.array(z.string()).default([]),
};

/** The answer of /api/v1/query: https://prometheus.io/docs/prometheus/latest/querying/api/ */
const answerSchema = z.discriminatedUnion('status', [
  z.object({
    ...remarks,
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(series) }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('matrix') }),
      z.object({ resultType: z.literal('string') }),
    ]),
  }),
  z.object({
    ...remarks,
    status: z.literal('error'),
    errorType: z.string().default('error'),
    error: z.string(),
  }),
]);

type QueryAnswer = z.output<typeof answerSchema>;

const SHOWN_SERIES = 5;

function providerError(
  value: string,
  message: string,
  hint: string,
  more: Partial<Observation> = {},
): Observation {
  return { outcome: 'error', retry: true, value, message, hint, ...more };
}

/** A sample value; Prometheus writes the special ones `NaN`, `+Inf` and `-Inf`. */
function toNumber(text: string): number {
  const infinity = /^([+-]?)Inf$/.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return Number(text);
}

function describeLimits({ min, max }: Limits): string {
  if (min === undefined) return `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : `${min} to ${max}`;
}

const NO_DATA: Readonly<Record<Limits['noData'], Observation['outcome']>> = {
  fail: 'failed',
  pass: 'succeeded',
  inconclusive: 'inconclusive',
};

function judgeNoData(value: string, why: string, { noData }: Limits): Observation {
  return {
    outcome: NO_DATA[noData],
    retry: true,
    value,
    message: `${why} (no-data: ${noData})`,
    hint: 'Do the series in the query exist, with these labels, and is there traffic? "no-data" says what their absence means.',
  };
}

function judgeNumber(text: string, limits: Limits): Observation {
  const value = toNumber(text);
  if (Number.isNaN(value)) return judgeNoData('NaN', 'the result is NaN', limits);
  const { min = -Infinity, max = Infinity } = limits;
  const within = value >= min && value <= max;
  return {
    outcome: within ? 'succeeded' : 'failed',
    retry: true,
    ...(Number.isFinite(value) ? { number: value, keep: value } : {}),
    value: text,
    message: `the value ${text} is ${within ? 'within' : 'beyond'} the threshold ${describeLimits(limits)}`,
    ...(within
      ? {}
      : { hint: 'Run the query in Prometheus to see what it counts, and since when.' }),
  };
}

function nameOf(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return oneLine(`${name}{${pairs.join(', ')}}`);
}

function judgeVector(result: readonly z.output<typeof series>[], limits: Limits): Observation {
  const [first] = result;
  if (!first) return judgeNoData('no data', 'the result is empty', limits);
  if (result.length > 1) {
    const names = result
      .slice(0, SHOWN_SERIES)
      .map(({ metric, value }) => `${nameOf(metric)} ${value?.[1] ?? ''}`.trim());
    const more = result.length > SHOWN_SERIES ? ` and ${result.length - SHOWN_SERIES} more` : '';
    return providerError(
      `${result.length} series`,
      `the query gives ${result.length} series instead of one number: ${names.join(', ')}${more}`,
      'Make one number of them with sum(…), max(…) or min(…), or select one by its labels.',
    );
  }
  if (!first.value) {
    return providerError(
      'histogram',
      `the query gives a histogram instead of a number: ${nameOf(first.metric)}`,
      'Make a number of it, for example with histogram_quantile(0.95, …).',
    );
  }
  return judgeNumber(first.value[1], limits);
}

/** What an answer of Prometheus to an instant query means; pure. */
export function judgeQueryAnswer(answer: QueryAnswer, limits: Limits): Observation {
  if (answer.status === 'error') {
    const syntax = answer.errorType === 'bad_data';
    return providerError(
      answer.errorType,
      `Prometheus refuses the query: ${answer.errorType}: ${oneLine(answer.error, 500)}`,
      syntax ? 'Correct the query.' : 'Can Prometheus answer the query in its own page?',
      { retry: !syntax },
    );
  }
  const { data } = answer;
  const warnings = [...answer.warnings, ...answer.infos].map((text) => oneLine(text));
  const noted = warnings.length > 0 ? { warnings } : {};
  if (data.resultType === 'vector') return { ...judgeVector(data.result, limits), ...noted };
  if (data.resultType === 'scalar') return { ...judgeNumber(data.result[1], limits), ...noted };
  return providerError(
    data.resultType,
    `the query gives a ${data.resultType === 'matrix' ? 'range vector' : 'string'} instead of one number`,
    'Make one number of it, for example with rate(…), increase(…) or avg_over_time(…) and sum(…).',
    { retry: false, ...noted },
  );
}

function parseAnswer(body: string): QueryAnswer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function judgeHttpAnswer(answer: HttpAnswer, server: string, limits: Limits): Observation {
  const parsed = answer.cut ? undefined : parseAnswer(answer.body);
  if (parsed) return judgeQueryAnswer(parsed, limits);
  const value = `HTTP ${answer.status}`;
  const excerpt = excerptOf(answer.body);
  const location = [answer.headers.location].flat()[0];
  const what = answer.cut
    ? 'an answer of more than 1 MiB'
    : location
      ? `a redirect to ${oneLine(location)}`
      : 'no answer of its query API';
  return providerError(
    value,
    `Prometheus at ${server} gave ${what} (HTTP ${answer.status})`,
    answer.cut
      ? 'Make one number of the result, for example with sum(…).'
      : 'Is this the address of Prometheus itself, below which /api/v1/query is?',
    excerpt && !answer.cut ? { excerpt } : {},
  );
}

/**
 * The check that asks Prometheus for one number. A number beyond the threshold is a failure at
 * once; that there is none, or no answer, may change. The context's server is asked where the check names
 * no server of its own.
 * @throws UserError for an address or header that is not valid, and when there is no address
 */
export function prometheusProbe(
  config: CheckConfigs['prometheus'],
  { servers }: Pick<Surroundings, 'servers'>,
): Probe {
  const name = config.name ?? oneLine(config.query, NAME_LIMIT);
  const what = `The check "${name}"`;
  const url = config.url ?? servers.prometheus;
  if (url === undefined) {
    throw new UserError(
      `${what} does not know where Prometheus is: set "url" in the check, the input ` +
        '"prometheus-url", or verify.prometheus in paal.yaml.',
    );
  }
  const base = parseAddress(url, `${what}: the address of Prometheus`);
  const endpoint = new URL(base.url);
  endpoint.pathname = `${endpoint.pathname.replace(/\/+$/, '')}/api/v1/query`;
  const limits: Limits = { min: config.min, max: config.max, noData: config['no-data'] };
  const request: HttpRequest = {
    method: 'POST',
    address: { ...base, url: endpoint },
    headers: {
      ...requestHeaders(config.headers, what),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      query: config.query,
      timeout: `${Math.ceil(config.timeout)}ms`,
    }).toString(),
    timeout: config.timeout,
  };
  return {
    name: oneLine(config.query, NAME_LIMIT),
    target: `${config.query.trim()} at ${base.shown}`,
    threshold: describeLimits(limits),
    bounds: { min: config.min, max: config.max },
    warmsUp: false,
    comparable: true,
    measure: async (signal) => {
      try {
        return judgeHttpAnswer(await sendRequest(request, signal), base.shown, limits);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return providerError(
          error.message,
          `Prometheus at ${base.shown} does not answer: ${error.message}`,
          error.hint ?? 'Is the address right, and reachable from this runner?',
        );
      }
    },
  };
}
