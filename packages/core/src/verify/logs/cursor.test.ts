import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StampedLine } from '../../cluster/logs.ts';
import { type Cursor, newsOf } from './cursor.ts';

function line(nanoseconds: number, text: string): StampedLine {
  const second = String(Math.floor(nanoseconds / 1_000)).padStart(2, '0');
  return {
    time: `2024-01-02T03:04:${second}.${String(nanoseconds % 1_000).padStart(9, '0')}Z`,
    text,
  };
}

/** A log, and how much of it there is at each reading. */
const logs = fc
  .tuple(
    fc.array(fc.nat(900), { minLength: 1, maxLength: 40 }),
    fc.array(fc.nat(40), { maxLength: 10 }),
  )
  .map(([steps, ends]) => {
    let at = 0;
    const lines = steps.map((step, index) => {
      // Some lines have the same time as the one before.
      at += step % 3 === 0 ? 0 : step;
      return line(at, String(index));
    });
    return { lines, ends: [...ends.sort((a, b) => a - b), lines.length] };
  });

test('every line is new once, however a log is read', () => {
  fc.assert(
    fc.property(logs, fc.integer({ min: 30, max: 50 }), ({ lines, ends }, most) => {
      const seen: string[] = [];
      let cursor: Cursor | undefined;
      for (const end of ends) {
        const from = cursor?.time.slice(0, 19) ?? '';
        const there = lines.slice(0, end).filter(({ time }) => time.slice(0, 19) >= from);
        const part = { lines: there.slice(0, most), bytes: 0, cut: there.length > most };
        const news = newsOf(part, cursor);
        seen.push(...news.lines.map(({ text }) => text));
        cursor = news.cursor;
      }
      expect(seen).toEqual([...new Set(seen)]);
      if (lines.length <= most) expect(seen).toEqual(lines.map(({ text }) => text));
    }),
  );
});

test('a second of more lines than are read at once is left for the next one', () => {
  const cursor = { time: '2024-01-02T03:04:59.000000005Z', lines: 1 };
  const part = { lines: [line(59_005, 'x')], bytes: 9, cut: true };
  expect(newsOf(part, cursor)).toEqual({
    lines: [],
    cursor: { time: '2024-01-02T03:05:00.000000000Z', lines: 0 },
    skipped: true,
  });
});
