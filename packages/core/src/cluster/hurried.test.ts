import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import type { Connection } from './connection.ts';
import { hurried } from './hurried.ts';

const ASKED = { method: 'GET', path: '/', purpose: 'ask' } as const;

/** A server that never answers; a request ends with its signal. */
const silent: Partial<Connection> = {
  server: 'https://silent',
  request: async <T>(_: unknown, options: { signal?: AbortSignal } = {}): Promise<T> =>
    await new Promise<T>((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
    }),
  close: async () => undefined,
};

function begin() {
  const [clock, cancel] = [virtualClock(), new AbortController()];
  const connection = hurried(silent as Connection, cancel.signal, clock);
  let ended: unknown;
  const ask = (signal?: AbortSignal): void => {
    connection.request(ASKED, signal ? { signal } : {}).catch((error: unknown) => {
      ended = error;
    });
  };
  return { clock, cancel, connection, ask, ended: () => ended };
}

describe('what is to be finished although the run is cancelled', () => {
  test('ends 5 s later where nobody answers, and says so', async () => {
    const { clock, cancel, ask, ended } = begin();
    ask();
    await clock.pass(60_000);
    cancel.abort(new Error('cancelled'));
    await clock.pass(4_900);
    expect(ended()).toBeUndefined();
    await clock.pass(200);
    expect(ended()).toMatchObject({
      message: 'The run was cancelled, and the API server https://silent did not answer any more.',
    });
  });

  test('is left to its own signal where it has one', async () => {
    const { clock, cancel, ask, ended } = begin();
    ask(new AbortController().signal);
    cancel.abort(new Error('cancelled'));
    await clock.pass(60_000);
    expect(ended()).toBeUndefined();
  });

  test('keeps nobody waiting once the connection is closed', async () => {
    const { clock, cancel, connection, ask, ended } = begin();
    ask();
    cancel.abort(new Error('cancelled'));
    await connection.close();
    await clock.pass(60_000);
    expect(ended()).toBeUndefined();
  });
});
