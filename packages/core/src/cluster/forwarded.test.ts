import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { UnreachableError } from './api-error.ts';
import { connect } from './connection.ts';
import { type ForwardRequest, ownRefusal } from './forwarded.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const work of cleanUps) await work();
  cleanUps = [];
});

const REQUEST: ForwardRequest = {
  method: 'GET',
  path: '/api/v1/namespaces/shop/pods/web-1:8080/proxy/health?deep=1',
  headers: { 'x-team': 'shop' },
  purpose: 'ask pod web-1',
  timeout: 5_000,
};
const NEVER = new AbortController().signal;

/** Sends the request to a server that is none of Kubernetes, which a test may let do anything. */
async function forward(handler: Handler, more: Partial<ForwardRequest> = {}, signal = NEVER) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'c',
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      skipTLSVerify: true,
    },
    { name: 'u', token: 't0ken' },
  );
  const connection = connect(config);
  cleanUps.push(
    () => connection.close(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  return await connection.forward({ ...REQUEST, ...more }, signal);
}

const refusal = (code: number): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: 'no' });

describe('a request that the API server hands on', () => {
  test('has our headers and body, and is signed in', async () => {
    let seen = '';
    await forward(
      async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        const { authorization, 'x-team': team } = request.headers;
        seen = [request.method, request.url, authorization, team, body].join(' ');
        response.end();
      },
      { method: 'POST', body: 'hello' },
    );
    expect(seen).toBe(`POST ${REQUEST.path} Bearer t0ken shop hello`);
  });

  test('is answered by a status, headers and a body, also where it is a failure or a page', async () => {
    const answer = await forward((_, response) => {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>no</h1>');
    });
    expect(answer).toMatchObject({ status: 503, body: '<h1>no</h1>', cut: false });
    expect(answer.headers['content-type']).toBe('text/html');
    expect(ownRefusal(answer)).toBeUndefined();
  });

  test('is sent anew, once, when the API server does not know who asks', async () => {
    let count = 0;
    const answer = await forward((_, response) => {
      count += 1;
      response.writeHead(count === 1 ? 401 : 200).end(count === 1 ? refusal(401) : 'ok');
    });
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    const never = await forward((_, response) => void response.writeHead(401).end(refusal(401)));
    expect(ownRefusal(never)).toMatchObject({ code: 401 });
  });

  test('is sent once when it is the pod that wants to know who asks', async () => {
    let count = 0;
    const answer = await forward((_, response) => {
      count += 1;
      response.writeHead(401).end('{"error":"who are you?"}');
    });
    expect(count).toBe(1);
    expect(answer.status).toBe(401);
  });

  test('is read up to 1 MiB, and no further', async () => {
    const answer = await forward((_, response) => {
      const write = (): void => {
        while (response.write(Buffer.alloc(64 * 1024, 'x')));
        response.once('drain', write);
      };
      write();
    });
    expect(answer.cut).toBe(true);
    expect(answer.body).toHaveLength(1024 * 1024);
  });

  test.each<readonly [string, Handler]>([
    ['no answer', () => undefined],
    ['an answer that does not end', (_, response) => void response.write('{')],
    [
      'an answer that goes on and on',
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('ends in time with %s', async (_, handler) => {
    const error = await forward(handler, { timeout: 50 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ how: 'unanswered' });
  });

  test('that breaks in the middle of its answer has none', async () => {
    const error = await forward((request, response) => {
      response.setHeader('content-length', 100);
      response.write('half', () => request.socket.destroy());
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ how: 'broken' });
  });

  test('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const handler = (): void => controller.abort(new Error('cancelled'));
    await expect(forward(handler, {}, controller.signal)).rejects.toThrow('cancelled');
  });
});
