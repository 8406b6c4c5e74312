import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Pieces } from './pieces.ts';
import { type RecordedRequest, recordOf } from './requests.ts';
import type { Answer } from './statuses.ts';

/** One request and what becomes of it. */
export class Exchange {
  /** What has come of the API server's answer and has not gone on. */
  readonly pieces = new Pieces();
  /** Aborts when the request is over, whoever ended it. */
  readonly closed: AbortSignal;
  private readonly incoming: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly connection: Socket | undefined;
  private recorded: RecordedRequest;

  /** @param connection the TCP connection below the request's TLS */
  constructor(incoming: IncomingMessage, response: ServerResponse, connection: Socket | undefined) {
    this.incoming = incoming;
    this.response = response;
    this.connection = connection;
    this.recorded = recordOf(incoming);
    const closing = new AbortController();
    this.closed = closing.signal;
    response.once('close', () => {
      this.recorded = { ...this.recorded, closedAt: performance.now() };
      closing.abort();
    });
  }

  get request(): RecordedRequest {
    return this.recorded;
  }

  /** Whether nothing more goes to the client. */
  get over(): boolean {
    return this.closed.aborted || this.response.writableEnded;
  }

  recordFault(name: string): void {
    this.recorded = { ...this.recorded, faults: [...this.recorded.faults, name] };
  }

  /** Answers in the API server's place. */
  answer({ status, headers, body }: Answer): void {
    this.incoming.resume();
    this.begin(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
    this.response.end(body);
  }

  /** Sends the head of an answer. */
  begin(status: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.recorded = { ...this.recorded, status };
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
    this.response.writeHead(status);
    this.response.flushHeaders();
  }

  /** Sends a part of the body; resolves when the operating system has it. */
  async send(bytes: Buffer): Promise<void> {
    if (this.over) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    this.closed.addEventListener('abort', stop);
    this.response.write(bytes, stop);
    await promise;
    this.closed.removeEventListener('abort', stop);
  }

  /** Ends the answer as the API server does, after `last`. */
  finish(last?: string): void {
    if (!this.over) this.response.end(last);
  }

  /** Cuts the connection: the client's next read fails with ECONNRESET. */
  reset(): void {
    this.connection?.resetAndDestroy();
    this.incoming.socket.destroy();
  }
}
