import { EventEmitter, once } from 'node:events';

/** A part of an answer's body: an event of a watch with its newline, or bytes as they came. */
export interface Piece {
  readonly bytes: Buffer;
  /** As `performance.now()` counts. */
  readonly arrivedAt: number;
}

/** What has come of an answer's body and has not gone on to the client. */
export class Pieces {
  private readonly waiting: Piece[] = [];
  private readonly changes = new EventEmitter();
  private state: 'open' | 'ended' | 'broken' = 'open';

  add(bytes: Buffer): void {
    this.waiting.push({ bytes, arrivedAt: performance.now() });
    this.changes.emit('change');
  }

  /** No more will come: the body was complete, or broke off. */
  end(how: 'ended' | 'broken'): void {
    this.state = how;
    this.changes.emit('change');
  }

  get broken(): boolean {
    return this.state === 'broken';
  }

  /** Resolves when there is a piece, or no more to come, or `signal` aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.waiting.length > 0 || this.state !== 'open' || signal.aborted) return;
    await once(this.changes, 'change', { signal }).catch(() => undefined);
  }

  take(): Piece | undefined {
    return this.waiting.shift();
  }
}

/** The complete lines of `chunk`, which follows `rest`, each with its newline; and what is left. */
export function splitLines(
  rest: Buffer,
  chunk: Buffer,
): { lines: readonly Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let left = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  for (let end = left.indexOf('\n'); end >= 0; end = left.indexOf('\n')) {
    lines.push(left.subarray(0, end + 1));
    left = left.subarray(end + 1);
  }
  return { lines, rest: left };
}

/** Two parts of `bytes`; a character of several bytes is what is cut, where there is one. */
export function halves(bytes: Buffer): readonly [Buffer, Buffer] {
  const inside = bytes.findIndex((byte) => (byte & 0xc0) === 0x80);
  const middle = inside > 0 ? inside : Math.ceil(bytes.length / 2);
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}
