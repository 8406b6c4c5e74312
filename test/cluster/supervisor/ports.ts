import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below Kubernetes' node ports, and below the range from which Linux takes ports for clients. */
const LOWEST = 20_000;
const HIGHEST = 29_999;
const TRIES = 100;

/** Listens on a loopback port; rejects where that is taken. */
export async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Listens on some loopback port that nobody else has, and gives its number. */
export async function listenOnFreePort(server: Server): Promise<number> {
  let reason: unknown;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    try {
      await listen(server, port);
      return port;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`No free port was found from ${LOWEST} to ${HIGHEST}`, { cause: reason });
}

/** A loopback port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
