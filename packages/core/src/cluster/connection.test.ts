import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { connect } from './connection.ts';

test('however many requests are made together, no more than 16 are under way', async () => {
  const waiting: ServerResponse[] = [];
  let most = 0;
  const server = createServer((_, response) => {
    waiting.push(response);
    most = Math.max(most, waiting.length);
    // Long enough for everything to come that is going to.
    setTimeout(() => {
      waiting.splice(waiting.indexOf(response), 1);
      response.setHeader('content-type', 'application/json').end('{}');
    }, 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  const connection = connect(config);
  try {
    const request = { method: 'GET', path: '/version', purpose: 'count' } as const;
    await Promise.all(Array.from({ length: 50 }, () => connection.request(request)));
    expect(most).toBe(16);
  } finally {
    await connection.close();
    server.close();
  }
});
