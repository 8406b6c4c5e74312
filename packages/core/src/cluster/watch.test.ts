import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { type KubeObject, RESOURCES } from './object.ts';
import { watchCollection } from './watch.ts';

/** What the scripted server does with one request. */
type Answer = readonly (object | Error | 'hang')[];

function pod(name: string, resourceVersion = '1'): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name, resourceVersion } };
}

const added = (object: KubeObject) => ({ type: 'ADDED', object });
const initialEnd = (resourceVersion: string) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});
const refusal = (code: number, retryAfter?: number) =>
  new ApiError(`refused with ${code}`, code, {}, retryAfter);

/** A connection that answers from a script, and keeps what it was asked. */
function scripted(watches: readonly Answer[], lists: readonly (readonly KubeObject[])[] = []) {
  const asked: KubeRequest[] = [];
  const [streams, pages] = [[...watches], [...lists]];
  const connection: Connection = {
    server: '',
    namespace: '',
    close: async () => undefined,
    request: async <T>(request: KubeRequest): Promise<T> => {
      asked.push(request);
      return { metadata: { resourceVersion: '100' }, items: pages.shift() ?? [] } as T;
    },
    stream: async (request, signal) => {
      asked.push(request);
      const answer = streams.shift() ?? ['hang'];
      if (answer[0] instanceof Error) throw answer[0];
      return (async function* () {
        for (const item of answer) {
          if (item instanceof Error) throw item;
          if (item === 'hang') {
            await new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason)),
            );
          }
          yield `${JSON.stringify(item)}\n`;
        }
      })();
    },
  };
  return { connection, asked };
}

/** A clock whose sleeps pass at once, and are kept. */
function impatientClock() {
  const slept: number[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
  return { clock, slept };
}

interface Watched {
  readonly states: readonly (readonly string[])[];
  readonly notices: readonly string[];
  readonly asked: readonly KubeRequest[];
  readonly slept: readonly number[];
}

/** Watches until the collection has changed `changes` times. */
async function watch(
  watches: readonly Answer[],
  changes: number,
  lists: readonly (readonly KubeObject[])[] = [],
): Promise<Watched> {
  const { connection, asked } = scripted(watches, lists);
  const { clock, slept } = impatientClock();
  const stop = new AbortController();
  const states: string[][] = [];
  const notices: string[] = [];
  await watchCollection(
    connection,
    { resource: RESOURCES.pods, namespace: 'shop', labelSelector: 'app=web' },
    {
      onChange: (objects) => {
        states.push([...objects.keys()].sort());
        if (states.length === changes) stop.abort();
      },
      onInterruption: (reason) => notices.push(reason),
    },
    clock,
    stop.signal,
  ).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return { states, notices, asked, slept };
}

describe('a watch', () => {
  test('gives the list as its first state, in one request', async () => {
    const { states, asked } = await watch([[added(pod('a')), added(pod('b')), initialEnd('5')]], 1);
    expect(states).toEqual([['a', 'b']]);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.query).toMatchObject({ sendInitialEvents: 'true', labelSelector: 'app=web' });
  });

  test('follows additions and deletions', async () => {
    const events = [
      initialEnd('5'),
      added(pod('a', '6')),
      { type: 'DELETED', object: pod('a', '7') },
    ];
    const { states } = await watch([events], 3);
    expect(states).toEqual([[], ['a'], []]);
  });

  test('goes on from the last version after a break, without a new list', async () => {
    const { states, asked, notices } = await watch(
      [[added(pod('a')), initialEnd('5'), new Error('connection reset')], [added(pod('b', '6'))]],
      2,
    );
    expect(states).toEqual([['a'], ['a', 'b']]);
    expect(asked[1]?.query).toMatchObject({ resourceVersion: '5' });
    expect(notices).toEqual(['connection reset']);
  });

  test('starts anew after an expired history, with what was deleted meanwhile gone', async () => {
    const gone = { type: 'ERROR', object: { code: 410, metadata: {} } };
    const { states, asked } = await watch(
      [
        [added(pod('a')), added(pod('b')), initialEnd('5'), gone],
        [added(pod('b')), initialEnd('9')],
      ],
      2,
    );
    expect(states).toEqual([['a', 'b'], ['b']]);
    expect(asked[1]?.query).toMatchObject({ sendInitialEvents: 'true' });
  });

  test('takes an expired history also as an HTTP status', async () => {
    const { states } = await watch(
      [[added(pod('a')), initialEnd('5'), new Error('reset')], [refusal(410)], [initialEnd('9')]],
      2,
    );
    expect(states).toEqual([['a'], []]);
  });

  test('lists first where the server cannot send the list as a watch', async () => {
    const { states, asked } = await watch([[refusal(422)], [added(pod('b', '101'))]], 2, [
      [pod('a')],
    ]);
    expect(states).toEqual([['a'], ['a', 'b']]);
    expect(asked.map(({ query }) => query?.resourceVersion)).toEqual([undefined, undefined, '100']);
  });

  test('waits as long as the server asks for', async () => {
    const { slept } = await watch([[refusal(429, 7_000)], [initialEnd('5')]], 1);
    expect(slept).toEqual([7_000]);
  });

  test('waits longer after each failure, and never more than 5 s', async () => {
    const failures = Array.from({ length: 8 }, () => [refusal(503)]);
    const { slept } = await watch([...failures, [initialEnd('5')]], 1);
    expect(slept).toHaveLength(8);
    expect(slept[0]).toBeLessThanOrEqual(250);
    expect(slept.at(-1)).toBeGreaterThan(2_000);
    expect(Math.max(...slept)).toBeLessThanOrEqual(5_000);
  });

  test('that is closed as soon as it is open is not opened again and again without a pause', async () => {
    const { slept } = await watch([[initialEnd('5')], [], [], [added(pod('a', '6'))]], 2);
    expect(slept.length).toBeGreaterThanOrEqual(3);
  });

  test('ends with an error that waiting does not cure', async () => {
    await expect(watch([[refusal(403)]], 1)).rejects.toThrow('refused with 403');
  });

  test('keeps no managedFields', async () => {
    const { connection } = scripted([
      [
        added({ ...pod('a'), metadata: { ...pod('a').metadata, managedFields: [] } }),
        initialEnd('5'),
      ],
    ]);
    const stop = new AbortController();
    const seen: KubeObject[] = [];
    await watchCollection(
      connection,
      { resource: RESOURCES.pods, namespace: 'shop' },
      {
        onChange: (objects) => {
          seen.push(...objects.values());
          stop.abort();
        },
        onInterruption: () => undefined,
      },
      impatientClock().clock,
      stop.signal,
    ).catch(() => undefined);
    expect(seen[0]?.metadata).toEqual({ name: 'a', uid: 'a', resourceVersion: '1' });
  });
});
