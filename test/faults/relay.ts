import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';
import type { Faults } from './fault.ts';
import { splitLines } from './pieces.ts';
import { passedOn, type Upstream } from './upstream.ts';

/** Takes in the body of an answer: the events of a watch one by one, all else as it comes. */
function collect(answer: IncomingMessage, { request, pieces }: Exchange): void {
  const byLine = request.watch && /^application\/json\b/.test(answer.headers['content-type'] ?? '');
  let rest: Buffer = Buffer.alloc(0);
  answer.on('data', (chunk: Buffer) => {
    if (!byLine) return pieces.add(chunk);
    const split = splitLines(rest, chunk);
    rest = split.rest;
    for (const line of split.lines) pieces.add(line);
  });
  answer.on('end', () => {
    if (rest.length > 0) pieces.add(rest);
    pieces.end('ended');
  });
  answer.on('error', () => pieces.end('broken'));
}

/** Sends on what comes of the body, until it or the client is at its end. */
async function sendBody(exchange: Exchange, faults: Faults): Promise<void> {
  const { pieces, closed } = exchange;
  for (;;) {
    await pieces.ready(closed);
    if (exchange.over) return;
    const piece = pieces.take();
    if (!piece) break;
    for await (const { bytes } of faults.pass(piece, exchange)) await exchange.send(bytes);
  }
  await faults.act('onEnd', exchange);
  if (pieces.broken) exchange.reset();
  else exchange.finish();
}

/**
 * Passes a request on to the API server and its answer back, as far as the faults let it. Where the
 * API server breaks off, or cannot be reached, the client's connection is reset.
 */
export async function relay(
  incoming: IncomingMessage,
  exchange: Exchange,
  upstream: Upstream,
  faults: Faults,
): Promise<void> {
  await faults.act('onRequest', exchange);
  if (exchange.over) return;
  // The API server compresses also watches, but faults are made of single events.
  const plain = exchange.request.watch;
  const answer = await upstream.send(incoming, plain, exchange.closed).catch(() => undefined);
  if (!answer) return exchange.reset();
  collect(answer, exchange);
  await faults.act('onAnswer', exchange);
  if (exchange.over) return;
  exchange.begin(answer.statusCode ?? 502, passedOn(answer));
  await sendBody(exchange, faults);
}
