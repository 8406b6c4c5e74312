import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, KubeRequest } from './connection.ts';
import { type LogRange, readLogRange, stampedLine } from './logs.ts';

const RANGE: LogRange = {
  namespace: 'shop',
  pod: 'web-0',
  container: 'web',
  previous: false,
  limitBytes: 1_000,
};

/** A double of a connection that gives a text in two pieces, and keeps what was asked for. */
function giving(text: string): { connection: Connection; asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  const connection: Partial<Connection> = {
    stream: async (request) => {
      asked.push(request);
      return (async function* () {
        yield text.slice(0, 40);
        yield text.slice(40);
      })();
    },
  };
  return { connection: connection as Connection, asked };
}

const NEVER = new AbortController().signal;
const ONE = '2024-01-02T03:04:05.000000001Z one\n';
const TWO = '2024-01-02T03:04:06.5Z two 2 \n';

describe('a part of a log', () => {
  test('is read with the kubelet’s times, in the range that is asked for', async () => {
    const { connection, asked } = giving(ONE + TWO);
    const range = { ...RANGE, previous: true, sinceTime: '2024-01-02T03:04:05Z', tailLines: 7 };
    const part = await readLogRange(connection, range, NEVER);
    expect(part).toMatchObject({ cut: false, bytes: (ONE + TWO).length });
    expect(part.lines).toEqual([
      { time: '2024-01-02T03:04:05.000000001Z', text: 'one' },
      { time: '2024-01-02T03:04:06.500000000Z', text: 'two 2 ' },
    ]);
    expect(asked[0]).toMatchObject({
      path: '/api/v1/namespaces/shop/pods/web-0/log',
      query: {
        container: 'web',
        timestamps: 'true',
        previous: 'true',
        limitBytes: '1000',
        sinceTime: '2024-01-02T03:04:05Z',
        tailLines: '7',
      },
    });
  });

  test('has no line that was cut off, and says that there is more', async () => {
    const text = ONE + TWO.slice(0, 25);
    const { connection } = giving(text);
    const part = await readLogRange(connection, { ...RANGE, limitBytes: text.length }, NEVER);
    expect(part.cut).toBe(true);
    expect(part.lines.map((line) => line.text)).toEqual(['one']);
  });

  test('has a line that was cut off where there is no other', async () => {
    const { connection } = giving(ONE.slice(0, 33));
    const part = await readLogRange(connection, { ...RANGE, limitBytes: 33 }, NEVER);
    expect(part.lines.map((line) => line.text)).toEqual(['on']);
  });

  test('has nothing that the kubelet says in place of a log', async () => {
    const { connection } = giving('unable to retrieve container logs for containerd://abc\n');
    expect((await readLogRange(connection, RANGE, NEVER)).lines).toEqual([]);
  });
});

describe('a stamped line', () => {
  test.each([
    ['2024-01-02T03:04:05Z x', '2024-01-02T03:04:05.000000000Z'],
    ['2024-01-02T03:04:05.1+01:00 x', '2024-01-02T02:04:05.100000000Z'],
    ['2024-01-01T23:04:05.123456789-05:30 x', '2024-01-02T04:34:05.123456789Z'],
  ])('%s was taken at %s', (line, time) => {
    expect(stampedLine(line)).toEqual({ time, text: 'x' });
  });

  test('keeps its text whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(stampedLine(`2024-01-02T03:04:05.000000001Z ${text}`)?.text).toBe(text);
      }),
    );
  });
});
