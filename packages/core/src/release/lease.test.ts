import { describe, expect, test } from '@jest/globals';
import { type VirtualClock, virtualClock } from '../clock.test-data.ts';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../cluster/connection.ts';
import { isLost, LeaseHeldError, type LeaseTools, takeLease } from './lease.ts';
import type { LeaseObject } from './lease-state.ts';

/** A double of the API server's one Lease: it refuses what is out of date, as the server does. */
function leaseStore() {
  let lease: LeaseObject | undefined;
  let version = 0;
  let away = false;
  const refuse = (code: number): never => {
    throw new ApiError(`refused with ${code}`, code, {}, undefined);
  };
  const connection: Partial<Connection> = {
    request: async <T>({ method, body }: KubeRequest): Promise<T> => {
      if (away) throw new UnreachableError('away', 'not-sent');
      if (method === 'GET') return (lease ?? refuse(404)) as T;
      const sent = body as LeaseObject;
      if (method === 'POST' && lease) refuse(409);
      if (method === 'PUT' && !lease) refuse(404);
      if (method === 'PUT' && lease?.metadata.resourceVersion !== sent.metadata.resourceVersion) {
        refuse(409);
      }
      version += 1;
      lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(version) } };
      return lease as T;
    },
  };
  return {
    connection: connection as Connection,
    lease: () => lease,
    remove: () => {
      lease = undefined;
    },
    setAway: (value: boolean) => {
      away = value;
    },
  };
}

type Store = ReturnType<typeof leaseStore>;

function tools(store: Store, clock: VirtualClock, run: string, signal?: AbortSignal) {
  const notices: string[] = [];
  const made: LeaseTools = {
    connection: store.connection,
    namespace: 'shop-ns',
    app: 'shop',
    run,
    clock,
    signal: signal ?? new AbortController().signal,
    onNotice: (text) => notices.push(text),
  };
  return { ...made, notices };
}

/** Lets time pass until a promise is settled, and gives how long that took and what it gave. */
async function settled<T>(clock: VirtualClock, promise: Promise<T>) {
  const begin = clock.now();
  let end: { readonly value?: T; readonly error?: unknown } | undefined;
  promise.then(
    (value) => {
      end = { value };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  await clock.until(() => end !== undefined);
  return { ...end, after: clock.now() - begin };
}

const FIRST = 'https://github.com/acme/shop/actions/runs/1';
const SECOND = 'https://github.com/acme/shop/actions/runs/2';

async function taken(store: Store, clock: VirtualClock, run: string) {
  const { value } = await settled(clock, takeLease(tools(store, clock, run), 0));
  if (!value) throw new Error('the lease was not taken');
  return value;
}

describe('the lease of an app', () => {
  test('is taken at once where nobody has it, and again when it was given back', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    expect(store.lease()?.spec?.holderIdentity).toMatch(`${FIRST}#`);
    await first.giveBack();
    expect(store.lease()?.spec?.holderIdentity).toBe('');
    const second = await taken(store, clock, SECOND);
    expect(second.waited).toBe(false);
    await second.giveBack();
  });

  test('is refused within two renewals while its holder runs, by the name of its run', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    const { error, after } = await settled(clock, takeLease(tools(store, clock, SECOND), 0));
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect(error).toMatchObject({ run: FIRST, message: expect.stringContaining(`: ${FIRST}. `) });
    expect(after).toBeLessThanOrEqual(10_000);
    await first.giveBack();
  });

  test('is waited for as long as the run is to wait', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    const waiting = takeLease(tools(store, clock, SECOND), 60_000);
    await clock.pass(50_000);
    await first.giveBack();
    const { value, after } = await settled(clock, waiting);
    expect(value?.waited).toBe(true);
    expect(after).toBeLessThanOrEqual(2_000);
    await value?.giveBack();
  });

  test('is refused when the time to wait is over', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    const { error, after } = await settled(clock, takeLease(tools(store, clock, SECOND), 60_000));
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect(after).toBeGreaterThanOrEqual(60_000);
    await first.giveBack();
  });

  test('is taken from a run that is dead, after 20 s without a renewal', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    await store.connection.request({
      method: 'POST',
      path: '',
      purpose: '',
      body: {
        kind: 'Lease',
        metadata: { name: 'paal-shop' },
        spec: { holderIdentity: `${FIRST}#x` },
      },
    });
    const second = tools(store, clock, SECOND);
    const { value, after } = await settled(clock, takeLease(second, 0));
    expect(after).toBeGreaterThanOrEqual(20_000);
    expect(after).toBeLessThanOrEqual(21_000);
    expect(second.notices.at(-1)).toContain(`${FIRST} has not been heard of for 20 s`);
    expect(store.lease()?.spec?.leaseTransitions).toBe(1);
    await value?.giveBack();
  });

  test('is lost to a run that took it over, whose name is told', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    await store.connection.request({
      method: 'PUT',
      path: '',
      purpose: '',
      body: { ...store.lease(), spec: { holderIdentity: `${SECOND}#x` } },
    });
    await clock.pass(6_000);
    expect(isLost(first.signal)).toBe(true);
    expect(first.signal.reason).toMatchObject({ run: SECOND });
    await first.giveBack();
    expect(store.lease()?.spec?.holderIdentity).toBe(`${SECOND}#x`);
  });

  test('is given back by a run that is cancelled before it knows that it has it', async () => {
    const [store, clock, cancel] = [leaseStore(), virtualClock(), new AbortController()];
    const first = tools(store, clock, FIRST, cancel.signal);
    let held = false;
    const request: Connection['request'] = async (asked, options) => {
      const answer = await store.connection.request(asked, options);
      if (asked.method === 'GET' || held) return answer as never;
      held = true;
      cancel.abort(new Error('cancelled'));
      throw cancel.signal.reason;
    };
    const connection = { ...store.connection, request };
    const { error } = await settled(clock, takeLease({ ...first, connection }, 0));
    expect(error).toMatchObject({ message: 'cancelled' });
    expect(held).toBe(true);
    expect(store.lease()?.spec?.holderIdentity).toBe('');
  });

  test('is kept through an outage, and through its own deletion', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    store.setAway(true);
    await clock.pass(60_000);
    store.setAway(false);
    store.remove();
    await clock.pass(12_000);
    expect(first.signal.aborted).toBe(false);
    expect(store.lease()?.spec?.holderIdentity).toMatch(`${FIRST}#`);
    await first.giveBack();
    expect(store.lease()?.spec?.holderIdentity).toBe('');
  });

  test('is not waited for by a run that is cancelled', async () => {
    const [store, clock] = [leaseStore(), virtualClock()];
    const first = await taken(store, clock, FIRST);
    const run = new AbortController();
    const waiting = takeLease(tools(store, clock, SECOND, run.signal), 60_000);
    await clock.pass(3_000);
    run.abort(new Error('cancelled'));
    expect((await settled(clock, waiting)).error).toMatchObject({ message: 'cancelled' });
    await first.giveBack();
  });
});
