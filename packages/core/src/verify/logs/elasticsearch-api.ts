import * as z from 'zod';
import type { Observation } from '../check.ts';
import { type JsonApi, openJsonApi, providerError } from '../json-api.ts';
import { oneLine } from '../text.ts';
import type { Clause, ElasticsearchConfig } from './elasticsearch-query.ts';
import { fieldOf } from './json-line.ts';

const shards = z.object({ total: z.number(), failed: z.number() });
const cause = z.object({ type: z.string().default('error'), reason: z.string().nullish() });

/** https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options */
const refusal = z.object({
  error: z.union([z.string(), cause.extend({ root_cause: z.array(cause).default([]) })]),
});

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-count */
const countAnswer = z.union([z.object({ count: z.number(), _shards: shards }), refusal]);

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search */
const searchAnswer = z.union([
  z.object({
    timed_out: z.boolean(),
    _shards: shards,
    hits: z.object({
      hits: z.array(z.object({ _source: z.record(z.string(), z.unknown()).default({}) })),
    }),
  }),
  refusal,
]);

/** An answer that can be used, or the observation of one that cannot. */
export type Given<T> =
  | { readonly value: T; readonly trouble?: undefined }
  | { readonly trouble: Observation; readonly numeric?: boolean };

/** A line as Elasticsearch has it. */
export interface FoundLine {
  readonly text: string;
  readonly pod: string | undefined;
}

/** Elasticsearch, or OpenSearch, whose API is the same in this. */
export interface Elasticsearch {
  readonly shown: string;
  /** How many documents match all of `filter`; exact, whatever their number. */
  count(filter: readonly Clause[], signal: AbortSignal): Promise<Given<number>>;
  /** The newest `size` of them, newest first. */
  search(
    filter: readonly Clause[],
    size: number,
    signal: AbortSignal,
  ): Promise<Given<readonly FoundLine[]>>;
}

type Refusal = z.output<typeof refusal>['error'];

function reasonOf(error: Refusal): { readonly type: string; readonly reason: string } {
  if (typeof error === 'string') return { type: 'error', reason: error };
  const [root] = error.root_cause;
  const { type, reason } = root ?? error;
  return { type, reason: reason ?? error.reason ?? type };
}

/** What a refusal of Elasticsearch means; pure. */
export function judgeRefusal(
  status: number,
  error: Refusal,
  { index, shown }: { readonly index: string; readonly shown: string },
): Observation {
  const { type, reason } = reasonOf(error);
  const said = `${type}: ${oneLine(reason, 300)}`;
  const hints: Readonly<Record<number, string>> = {
    401: 'Give it credentials: headers: { Authorization: "ApiKey …" }, or user:password@ before the host.',
    403: `The credentials need the privilege "read" on ${index}.`,
    404: `Is "index" right, and do the logs of this cluster go there? It is ${index}.`,
  };
  return providerError(
    `HTTP ${status}`,
    `${shown} refuses the search in ${index} (HTTP ${status}): ${said}`,
    hints[status] ?? 'Can Elasticsearch answer a search in this index in Kibana?',
    { retry: status !== 400 },
  );
}

/** Whether words were looked for in a field of numbers. */
function isNumeric(error: Refusal): boolean {
  const { type, reason } = reasonOf(error);
  return type === 'number_format_exception' || /For input string/.test(reason);
}

function judgeShards(
  { total, failed }: z.output<typeof shards>,
  timedOut: boolean,
  { index, shown }: { readonly index: string; readonly shown: string },
): Observation | undefined {
  if (timedOut) {
    return providerError(
      'timed out',
      `${shown} gave up the search in ${index} before its end, so lines may be missing`,
      'Is Elasticsearch overloaded?',
    );
  }
  if (failed > 0) {
    return providerError(
      `${failed} shards failed`,
      `${failed} of ${total} shards of ${index} at ${shown} did not answer, so lines may be missing`,
      'Look at the health of the index: GET _cluster/health?level=indices.',
    );
  }
  if (total > 0) return undefined;
  return providerError(
    'no index',
    `there is no index ${index} at ${shown}`,
    'Is "index" right, and do the logs of this cluster go there?',
  );
}

/**
 * The way to the logs; nothing is sent before it is asked.
 * @param what is the subject of errors
 * @throws UserError for an address or header that is not valid
 */
export function openElasticsearch(
  config: ElasticsearchConfig,
  url: string,
  timeout: number,
  what: string,
): Elasticsearch {
  const { index, headers } = config;
  const product = 'Elasticsearch';
  const api: JsonApi = openJsonApi(
    { product, landmark: `/${index}/_count`, url, headers, timeout },
    what,
  );
  const place = { index, shown: api.shown };
  const lineOf = (source: Readonly<Record<string, unknown>>): FoundLine => {
    const text = fieldOf(source, config['message-field']) ?? fieldOf(source, 'log') ?? source;
    const pod = fieldOf(source, config['pod-field']);
    return {
      text: typeof text === 'string' ? text : JSON.stringify(text),
      pod: typeof pod === 'string' ? pod : undefined,
    };
  };
  return {
    shown: api.shown,
    count: async (filter, signal) => {
      const json = { query: { bool: { filter } } };
      const request = { method: 'POST', path: `${index}/_count`, json } as const;
      const answer = await api.ask(request, countAnswer, signal);
      if (answer.trouble) return { trouble: answer.trouble };
      const { status, body } = answer;
      if ('error' in body) {
        return { trouble: judgeRefusal(status, body.error, place), numeric: isNumeric(body.error) };
      }
      const trouble = judgeShards(body._shards, false, place);
      return trouble ? { trouble } : { value: body.count };
    },
    search: async (filter, size, signal) => {
      const json = {
        query: { bool: { filter } },
        size,
        sort: [{ [config['time-field']]: { order: 'desc', unmapped_type: 'date' } }],
        track_total_hits: false,
        _source: [config['message-field'], config['pod-field'], 'log'],
      };
      const request = { method: 'POST', path: `${index}/_search`, json } as const;
      const answer = await api.ask(request, searchAnswer, signal);
      if (answer.trouble) return { trouble: answer.trouble };
      const { status, body } = answer;
      if ('error' in body) return { trouble: judgeRefusal(status, body.error, place) };
      const trouble = judgeShards(body._shards, body.timed_out, place);
      if (trouble) return { trouble };
      return { value: body.hits.hits.map(({ _source }) => lineOf(_source)) };
    },
  };
}
