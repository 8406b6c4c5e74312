import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Document, type FieldType, matches, QueryError } from './documents.ts';

/** A double of Elasticsearch, of what it documents of `_count` and `_search`. */
export interface ElasticsearchDouble {
  readonly url: string;
  /** What the index has; tests add to it. */
  readonly documents: Document[];
  /** How its fields are indexed; by default as fluentd's template has them. */
  readonly mapping: Record<string, FieldType>;
  /** What goes wrong; tests change it. */
  readonly trouble: {
    failedShards: number;
    timedOut: boolean;
    /** The only `authorization` that is let in. */
    authorization: string | undefined;
    /** Whether those who are let in may read. */
    forbidden: boolean;
  };
  /** Every request so far, such as `POST /logs/_count`, with its body. */
  readonly requests: readonly { readonly line: string; readonly body: Record<string, unknown> }[];
  stop(): Promise<void>;
}

const SHARDS = 5;
const MAPPING: Readonly<Record<string, FieldType>> = {
  '@timestamp': 'date',
  level: 'keyword',
  message: 'text',
  'kubernetes.namespace_name': 'keyword',
  'kubernetes.pod_name': 'keyword',
};

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function refusal(status: number, type: string, reason: string): [number, object] {
  const cause = { type, reason };
  return [status, { error: { root_cause: [cause], ...cause }, status }];
}

/**
 * Starts one whose only index is `index`. Patterns with a `*` find it where they fit; as in the real one, a
 * pattern that fits nothing is an answer of no shards, and a name that is none is refused.
 * @param now its own time, which is not that of who asks
 */
export async function startElasticsearchDouble(
  index = 'logstash-2024.01.02',
  now: () => number = Date.now,
): Promise<ElasticsearchDouble> {
  const documents: Document[] = [];
  const mapping = { ...MAPPING };
  const trouble: ElasticsearchDouble['trouble'] = {
    failedShards: 0,
    timedOut: false,
    authorization: undefined,
    forbidden: false,
  };
  const requests: { line: string; body: Record<string, unknown> }[] = [];

  const answer = (
    target: string,
    endpoint: string,
    body: Record<string, unknown>,
    authorization: string | undefined,
  ): [number, object] => {
    if (trouble.authorization !== undefined && authorization !== trouble.authorization) {
      const reason = 'missing authentication credentials for REST request';
      return refusal(401, 'security_exception', reason);
    }
    if (trouble.forbidden) {
      const reason = `action [indices:data/read/search] is unauthorized for this user on ${target}`;
      return refusal(403, 'security_exception', reason);
    }
    const fits = new RegExp(`^${target.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(index);
    if (!fits && !target.includes('*')) {
      return refusal(404, 'index_not_found_exception', `no such index [${target}]`);
    }
    const total = fits ? SHARDS : 0;
    const failed = Math.min(trouble.failedShards, total);
    const _shards = { total, successful: total - failed, skipped: 0, failed };
    const found = fits
      ? documents.filter((one) =>
          matches(one, body.query as object as Document, { mapping, now: now() }),
        )
      : [];
    if (endpoint === '_count') return [200, { count: found.length, _shards }];
    const time = (one: Document): number => Date.parse(String(one['@timestamp']));
    const hits = found
      .toSorted((a, b) => time(b) - time(a))
      .slice(0, Number(body.size ?? 10))
      .map((_source, position) => ({
        _index: index,
        _id: String(position),
        _score: null,
        _source,
      }));
    return [
      200,
      { took: 1, timed_out: trouble.timedOut, _shards, hits: { max_score: null, hits } },
    ];
  };

  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const body = await readBody(request);
      requests.push({ line: `${request.method} ${decodeURIComponent(pathname)}`, body });
      const [, target = '', endpoint = ''] = decodeURIComponent(pathname).split('/');
      let [status, json] = [400, {}] as [number, object];
      try {
        [status, json] = answer(target, endpoint, body, request.headers.authorization);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        [status, json] = refusal(400, error.type, error.message);
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    documents,
    mapping,
    trouble,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A line of a pod, as fluentd sends it. */
export function lineOf(
  pod: string,
  at: number,
  message: string,
  {
    level = 'info',
    namespace = 'shop',
  }: { readonly level?: unknown; readonly namespace?: string } = {},
): Document {
  return {
    '@timestamp': new Date(at).toISOString(),
    message,
    level,
    kubernetes: { namespace_name: namespace, pod_name: pod, container_name: 'web' },
  };
}
