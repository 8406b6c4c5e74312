import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';
import type { Piece } from './pieces.ts';
import type { RecordedRequest, RequestInfo } from './requests.ts';

/** A trouble that the proxy can make. `off` aborts when the test has switched it off. */
export interface Fault {
  /** What the request's record calls it. */
  readonly name: string;
  /** Which requests it can do something to, whatever the test's scope; missing: all. */
  concerns?(request: RequestInfo): boolean;
  /** Acts when a request is in, before the API server has seen it. */
  onRequest?(exchange: Exchange, off: AbortSignal): Promise<void>;
  /** Acts when the API server has answered (so that a write has taken effect), before that goes on. */
  onAnswer?(exchange: Exchange, off: AbortSignal): Promise<void>;
  /** What goes on in place of a piece of the answer's body. */
  onPiece?(piece: Piece, exchange: Exchange, off: AbortSignal): AsyncIterable<Piece>;
  /** Acts when the body has come to its end, before that goes on. */
  onEnd?(exchange: Exchange, off: AbortSignal): Promise<void>;
}

/** Which requests meet a fault; what is not given does not matter. */
export interface Scope {
  readonly method?: string;
  /** Plural name, with the subresource: `pods`, `pods/log`. */
  readonly resource?: string;
  readonly verb?: string | readonly string[];
  readonly where?: (request: RecordedRequest) => boolean;
  /** How many requests meet it; default: all until it is switched off. */
  readonly times?: number;
}

/** A fault that is on. */
export interface Injection {
  /** How many requests have met it. */
  readonly hits: number;
  /** Switches it off, also for requests that are in the middle of it. */
  off(): void;
}

/** Resolves when one of the signals aborts, or after `milliseconds`. */
export async function pause(signals: readonly AbortSignal[], milliseconds?: number): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  if (signal.aborted) return;
  if (milliseconds === undefined) await once(signal, 'abort');
  else await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Whether a request is within a scope. */
export function isWithin(request: RecordedRequest, scope: Scope): boolean {
  const { method, resource, verb, where } = scope;
  return (
    (method === undefined || method === request.method) &&
    (resource === undefined || resource === request.resource) &&
    (verb === undefined || [verb].flat().includes(request.verb)) &&
    (where === undefined || where(request))
  );
}

/** The moments at which a fault may act. */
type Moment = 'onRequest' | 'onAnswer' | 'onPiece' | 'onEnd';

interface Active {
  readonly fault: Fault;
  readonly scope: Scope;
  readonly off: AbortController;
  readonly met: Set<Exchange>;
}

/** Whether a request meets a fault that acts at that moment; from then on it is counted. */
function isMet({ fault, scope, met }: Active, moment: Moment, exchange: Exchange): boolean {
  if (fault[moment] === undefined) return false;
  if (met.has(exchange)) return true;
  const { request } = exchange;
  const left = (scope.times ?? Number.POSITIVE_INFINITY) - met.size;
  if (left <= 0 || fault.concerns?.(request) === false || !isWithin(request, scope)) return false;
  met.add(exchange);
  exchange.recordFault(fault.name);
  return true;
}

/** The faults that are on. */
export class Faults {
  private readonly active = new Set<Active>();

  inject(fault: Fault, scope: Scope): Injection {
    const one: Active = { fault, scope, off: new AbortController(), met: new Set() };
    this.active.add(one);
    return {
      get hits() {
        return one.met.size;
      },
      off: () => {
        this.active.delete(one);
        one.off.abort();
      },
    };
  }

  /** Lets those faults that are on for the request, and act at this moment, do so in turn. */
  async act(moment: Exclude<Moment, 'onPiece'>, exchange: Exchange): Promise<void> {
    for (const one of [...this.active]) {
      if (exchange.over) return;
      if (isMet(one, moment, exchange)) await one.fault[moment]?.(exchange, one.off.signal);
    }
  }

  /** What goes to the client in place of a piece. */
  async *pass(piece: Piece, exchange: Exchange): AsyncIterable<Piece> {
    const met = [...this.active].filter((one) => isMet(one, 'onPiece', exchange));
    yield* through(met, piece, exchange);
  }
}

async function* through(
  active: readonly Active[],
  piece: Piece,
  exchange: Exchange,
): AsyncIterable<Piece> {
  const [first, ...rest] = active;
  if (!first?.fault.onPiece) {
    yield piece;
    return;
  }
  for await (const given of first.fault.onPiece(piece, exchange, first.off.signal)) {
    yield* through(rest, given, exchange);
  }
}
