import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An annotation, as `GET /api/annotations` shows it. */
export interface StoredAnnotation {
  readonly id: number;
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
  readonly tags: readonly string[];
  readonly dashboardUID: string;
}

/** A double of Grafana that serves the annotations of one organisation. */
export interface GrafanaDouble {
  readonly url: string;
  /** The token that is accepted. */
  readonly token: string;
  readonly annotations: readonly StoredAnnotation[];
  /** Every request so far, such as `POST /api/annotations`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const refused = (status: number, message: string): Answer => ({ status, body: { message } });

async function readBody(request: IncomingMessage): Promise<Partial<StoredAnnotation> | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  try {
    return text === '' ? {} : (JSON.parse(text) as Partial<StoredAnnotation>);
  } catch {
    return undefined;
  }
}

function create(annotations: StoredAnnotation[], body: Partial<StoredAnnotation>): Answer {
  const { text, tags = [], time = Date.now(), timeEnd = time, dashboardUID = '' } = body;
  if (!text) return refused(400, 'Failed to save annotation');
  const id = annotations.length + 1;
  annotations.push({ id, time, timeEnd, text, tags, dashboardUID });
  return { status: 200, body: { message: 'Annotation added', id } };
}

function patch(
  annotations: StoredAnnotation[],
  id: number,
  { text, tags, time, timeEnd }: Partial<StoredAnnotation>,
): Answer {
  const index = annotations.findIndex((one) => one.id === id);
  const before = annotations[index];
  if (!before) return refused(404, 'Annotation not found');
  const changes = Object.entries({ text, tags, time, timeEnd }).filter(([, value]) => value);
  annotations[index] = { ...before, ...Object.fromEntries(changes) };
  return { status: 200, body: { message: 'Annotation patched' } };
}

/**
 * Starts a double of Grafana's HTTP API for annotations on this machine, held in memory. It is a double
 * because no Grafana can be had in a test. It answers as
 * https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ describes: authentication by the
 * token of a service account, what is required, and what is left as it is. Everything else is a 404.
 */
export async function startGrafanaDouble(): Promise<GrafanaDouble> {
  const token = 'glsa_double0000000000000000000000_00000000';
  const annotations: StoredAnnotation[] = [];
  const requests: string[] = [];

  const answer = async (request: IncomingMessage, path: string): Promise<Answer> => {
    if (request.headers.authorization !== `Bearer ${token}`) return refused(401, 'Unauthorized');
    const body = await readBody(request);
    if (!body) return refused(400, 'bad request data');
    if (path === '/api/annotations') {
      if (request.method === 'GET') return { status: 200, body: annotations };
      if (request.method === 'POST') return create(annotations, body);
    }
    const [, id] = /^\/api\/annotations\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined && request.method === 'PATCH') return patch(annotations, Number(id), body);
    return refused(404, 'Not found');
  };

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${pathname}`);
    const { status, body } = await answer(request, pathname);
    response.setHeader('content-type', 'application/json; charset=UTF-8');
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    annotations,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
