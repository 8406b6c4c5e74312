import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { systemClock } from '../../clock.ts';
import { type CheckConfigs, checkSchema } from '../../config/check-schema.ts';
import type { Observation } from '../check.ts';
import { httpProbe } from './http.ts';

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

export async function serve(
  answer: RequestListener,
): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer(answer);
  server.on('connection', (socket) => sockets.add(socket));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

export function config(http: object): CheckConfigs['http'] {
  const parsed = checkSchema.parse({ http }).http;
  if (!parsed) throw new Error('no http check');
  return parsed;
}

export const CONTEXT = { clock: systemClock, live: undefined };
export const NEVER = new AbortController().signal;

export async function ask(answer: RequestListener, more: object = {}): Promise<Observation> {
  const { url } = await serve(answer);
  return await httpProbe(config({ url, ...more }), CONTEXT).measure(NEVER);
}

export const json =
  (value: unknown): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  };
export const status =
  (code: number): RequestListener =>
  (_, response) => {
    response.writeHead(code).end('the body');
  };
