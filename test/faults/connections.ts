import { type Fault, pause } from './fault.ts';
import { halves } from './pieces.ts';

/** The connection is reset before the request has reached the API server: a write has no effect. */
export function reset(): Fault {
  return { name: 'reset', onRequest: async (exchange) => exchange.reset() };
}

/** The connection is reset when the API server has answered: a write has taken effect. */
export function loseAnswer(): Fault {
  return { name: 'answer lost', onAnswer: async (exchange) => exchange.reset() };
}

/** The connection is reset in the middle of the body, or of the next event of a watch. */
export function resetMidway(): Fault {
  return {
    name: 'reset midway',
    onPiece: async function* (piece, exchange) {
      yield { ...piece, bytes: halves(piece.bytes)[0] };
      exchange.reset();
    },
  };
}

/**
 * The request waits until this is switched off, or its client is gone, and breaks then: before the API
 * server has seen it, or once a write has taken effect. For what is to be stopped exactly there.
 * @param onHeld hears that one waits
 */
export function hold(when: 'before' | 'after', onHeld: () => void): Fault {
  const act: Fault['onRequest'] = async (exchange, off) => {
    onHeld();
    await pause([off, exchange.closed]);
    exchange.reset();
    await pause([exchange.closed]);
  };
  return { name: 'held', ...(when === 'before' ? { onRequest: act } : { onAnswer: act }) };
}

/**
 * Nothing comes from the API server any more, while the connection stays open: requests are not
 * answered (writes take effect), open watches fall silent. What has come meanwhile goes on when it
 * is switched off, as after an outage of the network.
 */
export function stall(): Fault {
  return {
    name: 'stalled',
    onAnswer: (exchange, off) => pause([off, exchange.closed]),
    onPiece: async function* (piece, exchange, off) {
      await pause([off, exchange.closed]);
      yield piece;
    },
    onEnd: (exchange, off) => pause([off, exchange.closed]),
  };
}

/** Like `stall`, but it begins in the middle of the body, or of the next event of a watch. */
export function stallMidway(): Fault {
  return {
    name: 'stalled midway',
    onPiece: async function* (piece, exchange, off) {
      const [first, second] = halves(piece.bytes);
      yield { ...piece, bytes: first };
      await pause([off, exchange.closed]);
      yield { ...piece, bytes: second };
    },
  };
}

/** Every request, and every event of a watch, is that much later. */
export function latency(milliseconds: number): Fault {
  return {
    name: 'latency',
    onRequest: (exchange, off) => pause([off, exchange.closed], milliseconds),
    onPiece: async function* (piece, exchange, off) {
      if (exchange.request.watch) {
        const left = piece.arrivedAt + milliseconds - performance.now();
        await pause([off, exchange.closed], Math.max(left, 0));
      }
      yield piece;
    },
  };
}
