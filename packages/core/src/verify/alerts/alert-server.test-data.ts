import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import { NOON } from './alert.test-data.ts';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** A server that gives what a test says; its clock is `now`. */
export async function serve(
  answer: (path: string, url: URL) => Answer,
  now: () => number | undefined = () => NOON,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(decodeURIComponent(`${url.pathname}${url.search}`));
    const { status = 200, body } = answer(url.pathname, url);
    const time = now();
    if (time === undefined) response.sendDate = false;
    else response.setHeader('date', new Date(time).toUTCString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export const received = (name: string, secondsAgo: number, more: object = {}) => ({
  labels: { alertname: name },
  annotations: {},
  startsAt: new Date(NOON - secondsAgo * 1_000).toISOString(),
  endsAt: new Date(NOON + 60_000).toISOString(),
  updatedAt: new Date(NOON).toISOString(),
  fingerprint: name,
  receivers: [{ name: 'nobody' }],
  status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
  ...more,
});

export const evaluated = (labels: object, state: string, secondsAgo: number) => ({
  labels,
  annotations: {},
  state,
  activeAt: new Date(NOON - secondsAgo * 1_000).toISOString(),
  value: '1e+00',
});
