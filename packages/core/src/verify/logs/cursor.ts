import type { LogPart, StampedLine } from '../../cluster/logs.ts';

/** How far a log was read: the time of the last line, and how many lines of that time there were. */
export interface Cursor {
  readonly time: string;
  readonly lines: number;
}

/** What is new in a part of a log. */
export interface News {
  readonly lines: readonly StampedLine[];
  /** Where to go on; `undefined` while there was no line. */
  readonly cursor: Cursor | undefined;
  /** Whether lines of one second were left out, because there are more than are read at once. */
  readonly skipped: boolean;
}

function nextSecond(time: string): string {
  const second = Date.parse(`${time.slice(0, 19)}Z`);
  return `${new Date(second + 1_000).toISOString().slice(0, 19)}.000000000Z`;
}

/**
 * The lines of `part` that come after `cursor`. The server gives them from the beginning of the cursor's
 * second on; a second of more lines than are read at once is left, so that reading goes on. Pure.
 */
export function newsOf({ lines, cut }: LogPart, cursor: Cursor | undefined): News {
  let same = 0;
  const fresh = lines.filter(({ time }) => {
    if (!cursor || time > cursor.time) return true;
    if (time < cursor.time) return false;
    same += 1;
    return same > cursor.lines;
  });
  const last = fresh.at(-1);
  if (!last) {
    if (!cut || !cursor) return { lines: [], cursor, skipped: false };
    return { lines: [], cursor: { time: nextSecond(cursor.time), lines: 0 }, skipped: true };
  }
  const known = last.time === cursor?.time ? cursor.lines : 0;
  const count = known + fresh.filter(({ time }) => time === last.time).length;
  return { lines: fresh, cursor: { time: last.time, lines: count }, skipped: false };
}
