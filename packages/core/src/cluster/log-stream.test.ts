import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { UnreachableError } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { followLog } from './log-stream.ts';
import { refusal } from './watch.test-data.ts';

const SOURCE = { namespace: 'shop', pod: 'web-1', container: 'web' };

function at(second: number, line: string): string {
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z ${line}\n`;
}

const broken = new UnreachableError('The connection broke.', 'broken');

/** A double: a real API server does not break streams at a given byte. Gives the lines, or the error. */
async function lines(
  streams: readonly (readonly (string | Error)[])[],
  options: { readonly whole?: boolean; readonly isOver?: (streams: number) => boolean } = {},
) {
  const asked: KubeRequest[] = [];
  const left = [...streams];
  const connection = {
    stream: async (request: KubeRequest) => {
      asked.push(request);
      const pieces = left.shift() ?? [];
      if (pieces[0] instanceof Error) throw pieces[0];
      return (async function* () {
        for (const piece of pieces) {
          if (piece instanceof Error) throw piece;
          yield piece;
        }
      })();
    },
  } as Partial<Connection> as Connection;
  const clock = virtualClock();
  const seen: string[] = [];
  let error: unknown;
  let over = false;
  const reading = (async () => {
    const stop = new AbortController();
    const { whole, isOver } = options;
    const followed = followLog(connection, SOURCE, clock, stop.signal, {
      ...(whole === undefined ? {} : { whole }),
      ...(isOver ? { isOver: () => isOver(asked.length) } : {}),
    });
    for await (const line of followed) seen.push(line);
  })()
    .catch((reason: unknown) => {
      error = reason;
    })
    .finally(() => {
      over = true;
    });
  await clock.until(() => over);
  await reading;
  return { seen, asked, error };
}

describe('a log that is followed', () => {
  test('gives whole lines without their times, however they are cut on the way', async () => {
    const text = at(1, 'starts') + at(2, 'listens on 3000');
    const { seen } = await lines([[text.slice(0, 10), text.slice(10, 50), text.slice(50)]]);
    expect(seen).toEqual(['starts', 'listens on 3000']);
  });

  test('goes on where it broke: no line is lost, none comes twice', async () => {
    const { seen, asked } = await lines([
      [at(1, 'one'), at(2, 'two').slice(0, 33), broken],
      [broken],
      [at(1, 'one'), at(2, 'two'), at(3, 'three')],
    ]);
    expect(seen).toEqual(['one', 'two', 'three']);
    expect(asked.map(({ query }) => query?.sinceTime)).toEqual([
      undefined,
      '2026-01-01T00:00:01.000000000Z',
      '2026-01-01T00:00:01.000000000Z',
    ]);
    expect(asked[0]?.query).toMatchObject({ follow: 'true', tailLines: '100' });
  });

  test('is asked for again when the server is in trouble, and not when it refuses', async () => {
    expect((await lines([[refusal(503)], [at(1, 'one')]])).seen).toEqual(['one']);
    const { error, asked } = await lines([[refusal(403)], [at(1, 'one')]]);
    expect(error).toMatchObject({ code: 403 });
    expect(asked).toHaveLength(1);
  });

  test('has its longest lines cut', async () => {
    const { seen } = await lines([[at(1, 'x'.repeat(5_000))]]);
    expect(seen[0]).toHaveLength(2_001);
  });

  test('is opened again when it ends before its container does, and once more after that', async () => {
    const streams = [
      [at(1, 'one')],
      [at(1, 'one'), at(2, 'two')],
      [at(2, 'two'), at(3, 'three')],
      [at(3, 'three'), at(4, 'too many')],
    ];
    const isOver = (asked: number): boolean => asked >= 2;
    expect((await lines(streams, { isOver })).seen).toEqual(['one', 'two', 'three']);
  });

  test('is given from its first line on, and uncut, where all of it is wanted', async () => {
    const { seen, asked } = await lines([[at(1, 'x'.repeat(5_000))]], { whole: true });
    expect(seen[0]).toHaveLength(5_000);
    expect(asked[0]?.query).not.toHaveProperty('tailLines');
  });
});
