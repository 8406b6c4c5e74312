import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenOnFreePort } from '../cluster/supervisor/ports.ts';

/** A forward proxy as companies have it between their runners and the world. */
export interface ConnectProxy {
  readonly url: string;
  /** The `host:port` of each tunnel that was asked for. */
  readonly tunnels: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a proxy that tunnels by CONNECT (RFC 9110, section 9.3.6), and takes every name for this
 * machine: so a test can use names that no DNS knows.
 */
export async function startConnectProxy(): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '' }: IncomingMessage, client: Socket) => {
    tunnels.push(url);
    const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
  });
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
