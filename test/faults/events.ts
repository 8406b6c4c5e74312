import { type Fault, pause } from './fault.ts';
import { halves } from './pieces.ts';
import type { RequestInfo } from './requests.ts';

const isWatch = ({ watch }: RequestInfo): boolean => watch;

/** Each event comes in two halves, with a pause of so many milliseconds between them. */
export function splitEvents(milliseconds: number): Fault {
  return {
    name: 'events split',
    concerns: isWatch,
    onPiece: async function* (piece, exchange, off) {
      const [first, second] = halves(piece.bytes);
      yield { ...piece, bytes: first };
      await pause([off, exchange.closed], milliseconds);
      yield { ...piece, bytes: second };
    },
  };
}

/** Two events come in one chunk: each first one is held back until there is a second. */
export function joinEvents(): Fault {
  return {
    name: 'events joined',
    concerns: isWatch,
    onPiece: async function* (piece, { pieces, closed }, off) {
      await pieces.ready(AbortSignal.any([off, closed]));
      const next = pieces.take();
      yield next ? { ...next, bytes: Buffer.concat([piece.bytes, next.bytes]) } : piece;
    },
  };
}

/** Events come so many milliseconds late, in order. */
export function delayEvents(milliseconds: number): Fault {
  return {
    name: 'events delayed',
    concerns: isWatch,
    onPiece: async function* (piece, exchange, off) {
      const left = piece.arrivedAt + milliseconds - performance.now();
      await pause([off, exchange.closed], Math.max(left, 0));
      yield piece;
    },
  };
}

/** Each event comes twice. */
export function duplicateEvents(): Fault {
  return {
    name: 'events duplicated',
    concerns: isWatch,
    onPiece: async function* (piece) {
      yield piece;
      yield piece;
    },
  };
}

interface Bookmark {
  readonly type: string;
  readonly object?: {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  };
}

function isPeriodicBookmark(line: Buffer): boolean {
  // A watch that broke off ends with half an event.
  if (line.at(-1) !== 0x0a) return false;
  const { type, object } = JSON.parse(line.toString()) as Bookmark;
  const annotations = object?.metadata?.annotations ?? {};
  return type === 'BOOKMARK' && annotations['k8s.io/initial-events-end'] !== 'true';
}

/** Bookmarks do not come, but for the one that ends the list at the start of a watch. */
export function dropBookmarks(): Fault {
  return {
    name: 'bookmarks dropped',
    concerns: isWatch,
    onPiece: async function* (piece) {
      if (!isPeriodicBookmark(piece.bytes)) yield piece;
    },
  };
}
