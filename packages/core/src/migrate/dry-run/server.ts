import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { type AnswerOptions, newAnswers } from './answers.ts';
import { AS_IT_IS, type Bson, firstKey } from './bson.ts';
import { greetedBy, isGreeting } from './greeting.ts';
import { type MongoClientLike, readOnly } from './real-database.ts';
import { type Fields, newRecorder, type Recorded } from './recorded.ts';
import { messageSplitter, readRequest, type WireRequest, writeReply } from './wire.ts';

/** How many writes are kept; more are only counted. */
const MOST_WRITES = 10_000;
/** How long one count of matching documents may take, in milliseconds. */
const MOST_COUNT_TIME = 10_000;

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const UNAUTHORIZED: Fields = {
  ok: 0,
  errmsg: 'This server belongs to a dry run: connect by its own uri',
  code: 13,
  codeName: 'Unauthorized',
};

/** How a dry run is carried out. */
export interface DryRunOptions {
  /** Ends the server, and with it what a migration waits for. */
  readonly signal: AbortSignal;
  /** Hides secrets in a text that will be shown. */
  readonly redact: (text: string) => string;
  /** The calendar's time. */
  readonly today: () => Date;
  /**
   * The package bson of the driver of the real client, as `bsonOfDriver` gives it. Default: the one
   * of the built-in driver.
   */
  readonly bson?: Bson | undefined;
  /** Default: 10,000. */
  readonly mostWrites?: number;
  /** Milliseconds for one count. Default: 10 s. */
  readonly mostCountTime?: number;
}

/** A server that is given to migrations in place of the real one. */
export interface DryRunServer {
  /** What a driver connects to it with; it names no database. */
  readonly uri: string;
  /** The writes since the last take, in their order. */
  take(): Recorded;
  /** Ends it and every connection to it; the real client stays open. */
  close(): Promise<void>;
}

async function greet(real: MongoClientLike): Promise<Fields> {
  const admin = real.db('admin');
  // Servers before 4.4.2 know only the older name.
  return await admin
    .command({ hello: 1 }, AS_IT_IS)
    .catch(async () => await admin.command({ isMaster: 1 }, AS_IT_IS));
}

/**
 * Answers the requests on `socket` one after the other. Whoever else is on this machine could read
 * the real database through the open port, so the greeting has to bear `password`.
 */
function serve(
  socket: Socket,
  bson: Bson,
  password: string,
  answer: (request: WireRequest) => Promise<Fields>,
): void {
  const split = messageSplitter();
  let greeted = false;
  let queue: Promise<void> = Promise.resolve();
  const respond = async (request: WireRequest): Promise<void> => {
    greeted ||= isGreeting(firstKey(request.command)) && greetedBy(request.command) === password;
    const document = greeted ? await answer(request) : UNAUTHORIZED;
    if (request.answered && !socket.destroyed) socket.write(writeReply(bson, request, document));
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of split(chunk)) {
        const request = readRequest(bson, message);
        queue = queue.then(async () => await respond(request)).catch(() => void socket.destroy());
      }
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
}

/**
 * Starts a server on 127.0.0.1 that speaks MongoDB's wire protocol. What only reads is asked of the
 * real server through `real`; what writes is recorded, counted against the real server's documents,
 * and answered as if it had been done. No command that is not known to change nothing is ever sent.
 *
 * Its limits are those of limits.ts. A migration that repeats one write until it finds nothing more is
 * stopped by an error after 100 times; one that waits for its own writes otherwise goes on until
 * `options.signal` ends it. Reads go to the primary, of a sharded cluster through its only router in
 * the uri; a transaction reads no snapshot.
 * @throws what the driver throws when the real server does not answer
 */
export async function startDryRunServer(
  real: MongoClientLike,
  options: DryRunOptions,
): Promise<DryRunServer> {
  const { signal, redact, today, bson = BSON as Bson } = options;
  signal.throwIfAborted();
  const hello = await greet(real);
  const withSession = hello.logicalSessionTimeoutMinutes !== undefined;
  const reads = readOnly(real, withSession, options.mostCountTime ?? MOST_COUNT_TIME);
  const recorder = newRecorder(options.mostWrites ?? MOST_WRITES);
  const password = randomUUID();
  const sockets = new Set<Socket>();
  let answer: (request: WireRequest) => Promise<Fields> = async () => UNAUTHORIZED;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, bson, password, async (request) => await answer(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = `127.0.0.1:${port}`;
  const made: AnswerOptions = { bson, real: reads, today, hello, address, recorder, redact };
  answer = newAnswers(made);

  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    uri: `mongodb://${address}/?directConnection=true&retryWrites=true&appName=${password}`,
    take: recorder.take,
    close: async () => {
      signal.removeEventListener('abort', stop);
      stop();
      await reads.close();
    },
  };
}
