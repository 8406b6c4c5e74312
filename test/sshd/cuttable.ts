import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface CuttableWay {
  readonly port: number;
  /** Nothing passes any more, and nobody is told: as when a cable is pulled. */
  freeze(): void;
  /** What comes from now on passes again; what is frozen stays so. */
  mend(): void;
  /** Both ends are told that the connection is over. */
  cut(): void;
  stop(): Promise<void>;
}

/** Opens a way to `port` of 127.0.0.1. */
export async function cuttableWay(port: number): Promise<CuttableWay> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    if (frozen) for (const socket of [client, upstream]) socket.unpipe().pause();
  });
  let frozen = false;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend: () => {
      frozen = false;
    },
    cut,
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
