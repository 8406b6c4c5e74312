import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { added, initialEnd } from '../cluster/watch.test-data.ts';
import type { LiveWorkload } from '../workload/live.ts';
import { deployment, pod, replicaSet, warning } from '../workload/workload.test-data.ts';
import { openLive } from './live.ts';

const web = deployment();
const fresh = replicaSet(web);
const old = replicaSet(web, 'shop/web:1', 'rs-old');
const young = pod(fresh);
const ancient = pod(old, undefined, 'web-0');
const BROKEN = new UnreachableError('connection reset', 'broken');
const refused = new ApiError('may not watch', 403, {}, undefined);
const NEVER = new AbortController().signal;

interface Stream {
  send(...events: readonly object[]): void;
  end(error: Error): void;
}

/** The events of one stream, as somebody pushes them. */
function pushed(signal: AbortSignal): Stream & { readonly lines: AsyncIterable<string> } {
  const queue: (string | { readonly broken: unknown })[] = [];
  let wake = (): void => undefined;
  const put = (item: (typeof queue)[number]): void => {
    queue.push(item);
    wake();
  };
  signal.addEventListener('abort', () => put({ broken: signal.reason }));
  return {
    send: (...events) => {
      for (const event of events) put(`${JSON.stringify(event)}\n`);
    },
    end: (broken) => put({ broken }),
    lines: (async function* () {
      for (;;) {
        while (queue.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const item = queue.shift() as (typeof queue)[number];
        if (typeof item !== 'string') throw item.broken;
        yield item;
      }
    })(),
  };
}

/**
 * A Deployment that is looked at. The connection is a double, because no real API server breaks and
 * refuses in a given order; with a real one see test/e2e/verify-pods.test.ts.
 */
function looking() {
  const clock = virtualClock();
  const shown: Record<string, readonly KubeObject[]> = {
    deployments: [web],
    replicasets: [fresh, old],
    pods: [young, ancient],
    events: [warning(young, 'Unhealthy', 'no'), warning(ancient, 'Killing', 'no')],
  };
  const state = {
    /** What every request gives instead of an answer. */
    away: undefined as Error | undefined,
    there: true,
    streams: new Map<string, Stream>(),
  };
  const kindOf = (path: string): string => path.split('/').at(-1) ?? '';
  const connection: Connection = {
    server: '',
    namespace: '',
    close: async () => undefined,
    forward: () => Promise.reject(new Error('nothing is forwarded')),
    request: async <T>({ path }: { readonly path: string }) => {
      if (state.away) throw state.away;
      const items = shown[kindOf(path)];
      if (items) return { metadata: { resourceVersion: '1' }, items } as T;
      if (!state.there) throw new ApiError('not found', 404, {}, undefined);
      return web as T;
    },
    stream: async ({ path }, signal) => {
      if (state.away) throw state.away;
      const stream = pushed(signal);
      state.streams.set(kindOf(path), stream);
      stream.send(...(shown[kindOf(path)] ?? []).map(added), initialEnd('1'));
      return stream.lines;
    },
  };
  const notices: string[] = [];
  const live = openLive(
    {
      connection,
      namespace: 'shop',
      clock,
      signal: NEVER,
      onNotice: (text) => notices.push(text),
    },
    [{ kind: 'Deployment', namespace: 'shop', name: 'web' }],
    5_000,
  );
  /** Reads while time passes as it is waited for. */
  const read = async (): Promise<readonly LiveWorkload[] | Error> => {
    let result: readonly LiveWorkload[] | Error | undefined;
    void live.read(NEVER).then(
      (seen) => {
        result = seen;
      },
      (error: Error) => {
        result = error;
      },
    );
    await clock.until(() => result !== undefined);
    return result as readonly LiveWorkload[] | Error;
  };
  return { live, clock, state, shown, notices, read };
}

describe('what runs in the cluster', () => {
  test('is known by owner, with its new pods, progress and events', async () => {
    const { read, live } = looking();
    const [seen] = (await read()) as readonly LiveWorkload[];
    expect(live.names).toEqual(['deployment/web']);
    expect(seen?.newPods.map(({ metadata }) => metadata.name)).toEqual(['web-1']);
    expect(seen?.pods.map(({ metadata }) => metadata.name)).toEqual(['web-1', 'web-0']);
    expect(seen?.progress?.complete).toBe(true);
    expect(seen?.events.map(({ reason }) => reason)).toEqual(['Unhealthy', 'Killing']);
    await live.close();
  });

  test('grows older on our own clock from the age that it had', async () => {
    const { live, clock } = looking();
    await clock.pass(2_000);
    expect(live.age()).toBe(7_000);
  });

  test('is kept up to date, also when the workload is deleted and comes again', async () => {
    const { read, state, live } = looking();
    await read();
    const deployments = state.streams.get('deployments');
    deployments?.send({ type: 'DELETED', object: web });
    let [seen] = (await read()) as readonly LiveWorkload[];
    if (seen?.object) [seen] = (await read()) as readonly LiveWorkload[];
    expect(seen).toMatchObject({ object: undefined, newPods: [], progress: undefined, events: [] });
    deployments?.send(added(web));
    [seen] = (await read()) as readonly LiveWorkload[];
    if (!seen?.object) [seen] = (await read()) as readonly LiveWorkload[];
    expect(seen?.newPods).toHaveLength(1);
    await live.close();
  });

  test('is not known when the workload was not there from the start; once it is, it is', async () => {
    const { read, state, live } = looking();
    state.there = false;
    expect(String(await read())).toContain('There is no deployment/web in namespace shop');
    state.there = true;
    expect(await read()).toHaveLength(1);
    await live.close();
  });

  test('is not known while a watch is refused; once it is allowed, it is', async () => {
    const { read, state, live } = looking();
    const normal = live.connection.stream;
    Object.assign(live.connection, {
      stream: async (...asked: Parameters<Connection['stream']>) => {
        if (asked[0].path.endsWith('/pods')) throw refused;
        return await normal(...asked);
      },
      request: async <T>({ path }: { readonly path: string }) => {
        if (path.endsWith('/pods')) throw refused;
        return web as T;
      },
    });
    expect(await read()).toMatchObject({ message: 'may not watch' });
    Object.assign(live.connection, { stream: normal });
    expect(await read()).toHaveLength(1);
    expect(state.streams.has('pods')).toBe(true);
    await live.close();
  });

  test('is not known while the API server is away from the start', async () => {
    const { read, state, live } = looking();
    state.away = BROKEN;
    expect(await read()).toMatchObject({ message: 'connection reset' });
    state.away = undefined;
    expect(await read()).toHaveLength(1);
    await live.close();
  });

  test('is not known, instead of as it was, once the API server is away', async () => {
    const { read, state, live, clock } = looking();
    await read();
    state.away = BROKEN;
    for (const stream of state.streams.values()) stream.end(BROKEN);
    await clock.pass(1);
    const error = await read();
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toContain(
      'What runs in namespace shop is not known at the moment: The watch of ',
    );
    state.away = undefined;
    await clock.pass(30_000);
    expect(await read()).toHaveLength(1);
    await live.close();
  });

  test('is known after a stream that broke for a moment', async () => {
    const { read, state, live, clock } = looking();
    await read();
    state.streams.get('pods')?.end(BROKEN);
    await clock.pass(1);
    expect(await read()).toHaveLength(1);
    await live.close();
  });

  test('ends with the reason of the signal of who asks', async () => {
    const { live, state } = looking();
    state.there = true;
    await expect(live.read(AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
    await live.close();
  });
});
