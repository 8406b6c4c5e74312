import type * as z from 'zod';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import { type JsonApi, openJsonApi, providerError } from '../json-api.ts';
import type { Servers } from '../probe.ts';
import { oneLine } from '../text.ts';
import {
  type QueryAnswer,
  queryAnswer,
  type refusal,
  rulesAnswer,
  type Target,
  targetsAnswer,
} from './answers.ts';
import type { AlertRule } from './rule.ts';
import { rulesOfServer } from './server-rules.ts';

/** What a server was asked for, or why it is not there: an observation with the outcome `error`. */
export type Answer<T> =
  | { readonly found: T; readonly trouble?: undefined }
  | { readonly found?: undefined; readonly trouble: Observation };

/** Points in time of the server's own clock, in seconds since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Seconds. */
  readonly step: number;
}

/** Prometheus, and what else has its API. */
export interface Prometheus {
  /** Its name in messages, with its address. */
  readonly shown: string;
  /** Its address, without credentials. */
  readonly address: string;
  /** @param time of the server's own clock, in seconds since 1970; default: now */
  query(query: string, signal: AbortSignal, time?: number): Promise<Answer<QueryAnswer>>;
  queryRange(query: string, span: Span, signal: AbortSignal): Promise<Answer<QueryAnswer>>;
  /** The server's own time, in seconds since 1970. */
  now(signal: AbortSignal): Promise<Answer<number>>;
  /** What it scrapes. */
  targets(signal: AbortSignal): Promise<Answer<readonly Target[]>>;
  /** The alerting rules that it evaluates. */
  alertRules(signal: AbortSignal): Promise<Answer<readonly AlertRule[]>>;
}

/** Where Prometheus is, as a check says it. */
export interface PrometheusConfig {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
}

type Refusal = z.output<typeof refusal>;

/** What a query is to a check that the server refuses. */
export function refused({ errorType, error }: Refusal): Observation {
  const syntax = errorType === 'bad_data';
  return providerError(
    errorType,
    `Prometheus refuses the query: ${errorType}: ${oneLine(error, 500)}`,
    syntax ? 'Correct the query.' : 'Can Prometheus answer the query in its own page?',
    { retry: !syntax },
  );
}

async function get<S extends z.ZodType<{ status: 'success' } | Refusal>>(
  api: JsonApi,
  path: string,
  query: URLSearchParams,
  schema: S,
  signal: AbortSignal,
): Promise<Answer<Exclude<z.output<S>, Refusal>>> {
  const answer = await api.ask({ method: 'GET', path, query }, schema, signal);
  if (answer.trouble) return { trouble: answer.trouble };
  const { body } = answer;
  if (body.status === 'error') return { trouble: refused(body as Refusal) };
  return { found: body as Exclude<z.output<S>, Refusal> };
}

async function ask(
  api: JsonApi,
  path: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer<QueryAnswer>> {
  const request = { method: 'POST', path, form: new URLSearchParams(form) } as const;
  const answer = await api.ask(request, queryAnswer, signal);
  return answer.trouble ? { trouble: answer.trouble } : { found: answer.body };
}

/**
 * The way to Prometheus; nothing is sent before it is asked.
 * @param what is the subject of errors: `The check "errors"`
 * @throws UserError for an address or header that is not valid, and when there is no address
 */
export function openPrometheus(
  { url = undefined, headers, timeout }: PrometheusConfig,
  servers: Servers,
  what: string,
): Prometheus {
  const address = url ?? servers.prometheus;
  if (address === undefined) {
    throw new UserError(
      `${what} does not know where Prometheus is: set "url" in the check, the input ` +
        '"prometheus-url", or verify.prometheus in paal.yaml.',
    );
  }
  const product = { product: 'Prometheus', landmark: '/api/v1/query' };
  const api = openJsonApi({ ...product, url: address, headers, timeout }, what);
  const limit = { timeout: `${Math.ceil(timeout)}ms` };
  return {
    shown: api.shown,
    address: api.shown.slice(`${product.product} at `.length),
    query: async (query, signal, time) =>
      await ask(
        api,
        'api/v1/query',
        { query, ...limit, ...(time === undefined ? {} : { time: String(time) }) },
        signal,
      ),
    queryRange: async (query, { start, end, step }, signal) => {
      const span = { start: String(start), end: String(end), step: String(step) };
      return await ask(api, 'api/v1/query_range', { query, ...limit, ...span }, signal);
    },
    now: async (signal) => {
      const answer = await ask(api, 'api/v1/query', { query: 'time()', ...limit }, signal);
      if (answer.trouble) return answer;
      const { found } = answer;
      if (found.status === 'error') return { trouble: refused(found) };
      return found.data.resultType === 'scalar'
        ? { found: Number(found.data.result[1]) }
        : { trouble: providerError('no time', `${api.shown} tells no time`, '') };
    },
    targets: async (signal) => {
      const active = new URLSearchParams({ state: 'active' });
      const answer = await get(api, 'api/v1/targets', active, targetsAnswer, signal);
      return answer.trouble ? answer : { found: answer.found.data.activeTargets };
    },
    alertRules: async (signal) => {
      const alerts = new URLSearchParams({ type: 'alert' });
      const answer = await get(api, 'api/v1/rules', alerts, rulesAnswer, signal);
      return answer.trouble ? answer : { found: rulesOfServer(answer.found) };
    },
  };
}
