import { connect, createServer, type Socket } from 'node:net';
import { listen, listenOnFreePort } from '../cluster/supervisor/ports.ts';
import { type Exchange, type Fault, Faults, type Injection, type Scope } from './fault.ts';
import { ReplicaSetDouble } from './replica-set.ts';
import {
  answeredOnce,
  answerTo,
  type Message,
  messagesOf,
  parseMessage,
  readdressed,
} from './wire.ts';

/** A way to a MongoDB server on which a test can make trouble. */
export interface MongodbProxy {
  readonly port: number;
  /** Without a database; as a replica set it names that, and has writes retried. */
  readonly uri: string;
  /** Every command so far but those with which drivers look after their connections. */
  readonly commands: readonly string[];
  /** Switches a fault on, for the commands to come. */
  inject(fault: Fault, scope?: Scope): Injection;
  /** Cuts all connections, and refuses new ones. */
  refuseConnections(): Promise<void>;
  /** Listens again, on the same port. */
  acceptConnections(): Promise<void>;
  /** Nothing is left: no port, no connection. */
  stop(): Promise<void>;
}

/** Where the real server is, and as what it is to be presented. */
export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  /** Presents the server as the primary of a replica set with transactions: see ReplicaSetDouble. */
  readonly replicaSet?: boolean;
}

const UPKEEP = new Set(['hello', 'isMaster', 'ismaster', 'ping', 'endSessions']);

/** A connection to the server, on which one message is at work at a time. */
function upstreamOf({ host, port }: ProxyOptions) {
  const socket = connect({ host, port, noDelay: true });
  socket.on('error', () => undefined);
  const answers = messagesOf(socket);
  return {
    socket,
    send: async (message: Buffer): Promise<Buffer> => {
      socket.write(message);
      const { value, done } = await answers.next();
      if (done) throw new Error('the server has ended the connection');
      return value;
    },
  };
}

/** Starts a proxy in front of a server. What is not named by a fault goes through as it is. */
export async function startMongodbProxy(options: ProxyOptions): Promise<MongodbProxy> {
  const faults = new Faults();
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let double: ReplicaSetDouble | undefined;

  const relay = async (
    client: Socket,
    message: Message,
    send: (bytes: Buffer) => Promise<Buffer>,
    closed: AbortSignal,
  ): Promise<void> => {
    const [command = '', value] = Object.entries(message.body)[0] ?? [];
    if (!UPKEEP.has(command)) commands.push(command);
    let over = false;
    const exchange: Exchange = {
      command,
      collection: typeof value === 'string' ? value : undefined,
      body: message.body,
      closed,
      reset: () => {
        over = true;
        client.resetAndDestroy();
      },
      answer: (body) => {
        if (!over) client.write(answerTo(message, body));
        over = true;
      },
    };
    await faults.act('onCommand', exchange);
    if (over) return;
    const answer = double ? await double.answer(message, send) : await send(message.bytes);
    await faults.act('onAnswer', exchange);
    if (over || client.destroyed) return;
    client.write(
      Buffer.isBuffer(answer) ? readdressed(answer, message) : answerTo(message, answer),
    );
  };

  const serve = async (client: Socket): Promise<void> => {
    const closed = new AbortController();
    const upstream = upstreamOf(options);
    client.once('close', () => closed.abort());
    try {
      for await (const bytes of messagesOf(client)) {
        const message = parseMessage(answeredOnce(bytes));
        if (message.isUnanswered) upstream.socket.write(message.bytes);
        else await relay(client, message, upstream.send, closed.signal);
      }
    } catch {
      client.resetAndDestroy();
    } finally {
      upstream.socket.destroy();
    }
  };

  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('close', () => sockets.delete(client));
    void serve(client);
  });
  const port = await listenOnFreePort(server);
  const address = `127.0.0.1:${port}`;
  if (options.replicaSet) double = new ReplicaSetDouble(address);

  const refuseConnections = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of sockets) socket.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port,
    uri: `mongodb://${address}/?${double ? 'replicaSet=double' : 'directConnection=true'}`,
    commands,
    inject: (fault, scope = {}) => faults.inject(fault, scope),
    refuseConnections,
    acceptConnections: async () => {
      if (!server.listening) await listen(server, port);
    },
    stop: refuseConnections,
  };
}
