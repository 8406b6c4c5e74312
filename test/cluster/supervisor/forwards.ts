import { request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listen, listenOnFreePort } from './ports.ts';

/** A TCP address, as seen from where it is dialled. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Opens a connection to an address. */
export type Dial = (address: Address) => Promise<Duplex>;

/** Joins two connections until both directions have ended, or one of them fails. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

/** Connects from this process's own network. */
export const dialDirectly: Dial = async ({ host, port }) =>
  await new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });

/** Connects from the network of the process that serves a Unix socket, by HTTP's CONNECT. */
export function dialThrough(socketPath: string): Dial {
  return async ({ host, port }) =>
    await new Promise<Duplex>((resolve, reject) => {
      const outgoing = request({
        method: 'CONNECT',
        path: `${host}:${port}`,
        createConnection: () => connect({ path: socketPath, allowHalfOpen: true }),
      });
      outgoing.once('error', reject);
      outgoing.once('connect', (answer, socket, head) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          reject(new Error(`${host}:${port} refuses the connection (${answer.statusMessage})`));
          return;
        }
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      outgoing.end();
    });
}

interface Forward {
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** Loopback ports of this machine that lead to addresses elsewhere. */
export class Forwards {
  private readonly dial: Dial;
  private readonly open = new Map<number, Forward>();

  constructor(dial: Dial) {
    this.dial = dial;
  }

  /**
   * Starts to forward a loopback port, a free one unless it is given, and gives its number. An
   * address without a port stands for the same port there as here.
   */
  async start(address: { readonly host: string; readonly port?: number }, port?: number) {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      const { host, port: farPort = socket.localPort ?? 0 } = address;
      this.dial({ host, port: farPort }).then(
        (far) => (socket.destroyed ? far.destroy() : join(socket, far)),
        () => socket.resetAndDestroy(),
      );
    });
    if (port !== undefined) await listen(server, port);
    const taken = port ?? (await listenOnFreePort(server));
    this.open.set(taken, { server, sockets });
    return taken;
  }

  /** Stops to listen on a port and cuts its connections; nothing happens when it is not forwarded. */
  async stop(port: number): Promise<void> {
    const forward = this.open.get(port);
    if (!forward) return;
    this.open.delete(port);
    const closed = new Promise((resolve) => forward.server.close(resolve));
    for (const socket of forward.sockets) socket.destroy();
    await closed;
  }
}
