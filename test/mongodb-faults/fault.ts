import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** One command on its way through the proxy. */
export interface Exchange {
  /** As in `insert`, `hello`, `commitTransaction`. */
  readonly command: string;
  /** The collection, for commands that name one. */
  readonly collection: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** Aborts when the client's connection is gone. */
  readonly closed: AbortSignal;
  /** Cuts the client's connection. */
  reset(): void;
  /** Answers in place of the server. */
  answer(body: object): void;
}

/** A trouble that the proxy can make. `off` aborts when the test has switched it off. */
export interface Fault {
  readonly name: string;
  /** Acts when a command is in, before the server has seen it. */
  onCommand?(exchange: Exchange, off: AbortSignal): Promise<void>;
  /** Acts when the server has answered (so that a write has taken effect), before that goes on. */
  onAnswer?(exchange: Exchange, off: AbortSignal): Promise<void>;
}

/** Which commands meet a fault; what is not given does not matter. */
export interface Scope {
  readonly command?: string | readonly string[];
  readonly collection?: string;
  readonly where?: (exchange: Exchange) => boolean;
  /** How many commands meet it; default: all until it is switched off. */
  readonly times?: number;
}

/** A fault that is on. */
export interface Injection {
  /** How many commands have met it. */
  readonly hits: number;
  /** Switches it off, also for commands that are in the middle of it. */
  off(): void;
}

async function pause(signals: readonly AbortSignal[], milliseconds?: number): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  if (signal.aborted) return;
  if (milliseconds === undefined) await once(signal, 'abort');
  else await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** The connection is cut before the command has reached the server: a write has no effect. */
export function reset(): Fault {
  return { name: 'reset', onCommand: async (exchange) => exchange.reset() };
}

/** The connection is cut when the server has answered: a write has taken effect. */
export function loseAnswer(): Fault {
  return { name: 'answer lost', onAnswer: async (exchange) => exchange.reset() };
}

/** The command waits until this is switched off: before the server has seen it, or once it is done. */
export function stall(when: 'before' | 'after'): Fault {
  const act: Fault['onCommand'] = async (exchange, off) => await pause([off, exchange.closed]);
  return { name: 'stalled', ...(when === 'before' ? { onCommand: act } : { onAnswer: act }) };
}

/** Every command is that much later. */
export function latency(milliseconds: number): Fault {
  return {
    name: 'latency',
    onCommand: async (exchange, off) => await pause([off, exchange.closed], milliseconds),
  };
}

/** The server refuses the command with an error. */
export function failing(error: object): Fault {
  return { name: 'refused', onCommand: async (exchange) => exchange.answer({ ok: 0, ...error }) };
}

/** What a member of a replica set answers that is primary no more. */
export const NOT_WRITABLE_PRIMARY = {
  code: 10107,
  codeName: 'NotWritablePrimary',
  errmsg: 'not primary',
  errorLabels: ['RetryableWriteError'],
};

/** What a primary answers whose successor was elected while it was at the command. */
export const PRIMARY_STEPPED_DOWN = {
  code: 189,
  codeName: 'PrimarySteppedDown',
  errmsg: 'primary stepped down while waiting for replication',
  errorLabels: ['RetryableWriteError'],
};

interface Active {
  readonly fault: Fault;
  readonly scope: Scope;
  readonly off: AbortController;
  readonly met: Set<Exchange>;
}

function isWithin(exchange: Exchange, { command, collection, where }: Scope): boolean {
  return (
    (command === undefined || [command].flat().includes(exchange.command)) &&
    (collection === undefined || collection === exchange.collection) &&
    (where === undefined || where(exchange))
  );
}

/** The faults that are on. */
export class Faults {
  readonly #active = new Set<Active>();

  inject(fault: Fault, scope: Scope): Injection {
    const one: Active = { fault, scope, off: new AbortController(), met: new Set() };
    this.#active.add(one);
    return {
      get hits() {
        return one.met.size;
      },
      off: () => {
        this.#active.delete(one);
        one.off.abort();
      },
    };
  }

  /** Lets those faults that are on for the command, and act at this moment, do so in turn. */
  async act(moment: 'onCommand' | 'onAnswer', exchange: Exchange): Promise<void> {
    for (const { fault, scope, off, met } of [...this.#active]) {
      if (fault[moment] === undefined) continue;
      const left = (scope.times ?? Number.POSITIVE_INFINITY) - met.size;
      if (!met.has(exchange) && (left <= 0 || !isWithin(exchange, scope))) continue;
      met.add(exchange);
      await fault[moment](exchange, off.signal);
    }
  }
}
