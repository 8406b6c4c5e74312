import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { createAuthority } from '../cluster/control-plane/pki.ts';
import { listen, listenOnFreePort } from '../cluster/supervisor/ports.ts';
import { Credentials } from './credentials.ts';
import { Exchange } from './exchange.ts';
import { type Fault, Faults, type Injection, isWithin, type Scope } from './fault.ts';
import { relay } from './relay.ts';
import type { RecordedRequest } from './requests.ts';
import { expiredEvent, unauthorized } from './statuses.ts';
import { Upstream } from './upstream.ts';

/** A way to a cluster's API server on which a test can make trouble. */
export interface FaultProxy {
  /** The path of a kubeconfig that leads through the proxy, by a credential plugin. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly RecordedRequest[];
  /** Switches a fault on, for the requests to come and for what is yet to come on open watches. */
  inject(fault: Fault, scope?: Scope): Injection;
  /**
   * Ends the watches that are open at this moment, and gives their number: by a reset, by the ERROR
   * event of an expired history, or regularly.
   */
  endWatches(how: 'reset' | 'expired' | 'regularly', scope?: Omit<Scope, 'times'>): number;
  /** Cuts all connections, and refuses new ones. */
  refuseConnections(): Promise<void>;
  /** Listens again, on the same port. */
  acceptConnections(): Promise<void>;
  /** From now on the token that clients have is answered 401; open watches go on. */
  expireToken(): void;
  /** Gives the credential plugin a new token, the only one that is accepted from now on. */
  renewToken(): Promise<void>;
  /** Nothing is left: no port, no connection, no file. */
  stop(): Promise<void>;
}

/**
 * Starts a proxy between clients and the real API server of `cluster`. What is not named by a fault
 * goes through as it is, logs and watches as they come; but watches never compressed, and nothing
 * that needs an upgraded connection (exec, attach, port-forward).
 * @param kubeconfig as whom the proxy signs in at the API server; default: the administrator
 */
export async function startFaultProxy(
  cluster: Cluster,
  kubeconfig = cluster.kubeconfig,
): Promise<FaultProxy> {
  const upstream = await Upstream.connect(cluster, kubeconfig);
  const authority = await createAuthority('fault proxy authority');
  const pair = await authority.issue({
    commonName: 'fault proxy',
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
  });
  const folder = await mkdtemp(join(tmpdir(), 'paal-faults-'));
  const credentials = new Credentials(folder);
  await credentials.renew();

  const faults = new Faults();
  const exchanges: Exchange[] = [];
  // A reset is made on the TCP connection, but requests know only the TLS above it.
  const connections = new Map<number, Socket>();

  const serve: RequestListener = (incoming, response) => {
    const connection = connections.get(incoming.socket.remotePort ?? 0);
    const exchange = new Exchange(incoming, response, connection);
    exchanges.push(exchange);
    if (credentials.accepts(incoming.headers.authorization)) {
      void relay(incoming, exchange, upstream, faults);
    } else exchange.answer(unauthorized());
  };
  const server = createServer({ cert: pair.certificate, key: pair.key }, serve);
  // Only faults end connections.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    connections.set(port, socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (connections.get(port) === socket) connections.delete(port);
    });
  });
  const port = await listenOnFreePort(server);
  const url = `https://127.0.0.1:${port}`;

  const refuseConnections = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of connections.values()) socket.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  };

  return {
    kubeconfig: await credentials.writeKubeconfig(url, authority.certificate, upstream.namespace),
    url,
    get requests() {
      return exchanges.map(({ request }) => request);
    },
    inject: (fault, scope = {}) => faults.inject(fault, scope),
    endWatches: (how, scope = {}) => {
      const open = exchanges.filter(
        ({ request, over }) => request.watch && !over && isWithin(request, scope),
      );
      for (const exchange of open) {
        exchange.recordFault(`ended: ${how}`);
        if (how === 'reset') exchange.reset();
        else if (how === 'regularly') exchange.finish();
        else exchange.finish(expiredEvent(exchange.request.query.resourceVersion ?? ''));
      }
      return open.length;
    },
    refuseConnections,
    acceptConnections: async () => {
      if (!server.listening) await listen(server, port);
    },
    expireToken: () => credentials.expire(),
    renewToken: () => credentials.renew(),
    stop: async () => {
      await refuseConnections();
      upstream.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
