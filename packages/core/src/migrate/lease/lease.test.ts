import { describe, expect, test } from '@jest/globals';
import { type VirtualClock, virtualClock } from '../../clock.test-data.ts';
import { UserError } from '../../errors.ts';
import { type LeaseOptions, takeLease } from './acquire.ts';
import type { HeldLease, LeaseDocument } from './document.ts';
import { LeaseLostError } from './errors.ts';
import type { MigrationLease } from './keep.ts';
import { ModelCollection, modelProcess, randomNumbers, type Stall } from './lease.test-data.ts';
import type { LeaseStore } from './store.ts';
import { freeLease } from './unlock.ts';

const TTL = 60_000;
const FIRST = 'https://github.com/acme/shop/actions/runs/1';
const SECOND = 'https://github.com/acme/shop/actions/runs/2';

function ground() {
  const shared = virtualClock();
  const collection = new ModelCollection(shared.now);
  /** A run with a clock and a way to the collection of its own. */
  const process = (stalls: readonly Stall[] = [], offset = 0, rate = 1) =>
    modelProcess(collection, shared, randomNumbers(1), { stalls, offset, rate });
  return { shared, collection, process };
}

type Process = ReturnType<ReturnType<typeof ground>['process']>;

function options(run: string, { clock }: Process, more: Partial<LeaseOptions> = {}) {
  const waited: HeldLease[] = [];
  const notices: string[] = [];
  const given: LeaseOptions = {
    lock: 'migrations',
    ttl: TTL,
    wait: 0,
    holder: { run, actor: 'ada', sha: 'c0ffee', host: 'runner-1' },
    clock,
    today: () => new Date('2026-01-02T03:04:05Z'),
    signal: new AbortController().signal,
    onWait: (holder) => waited.push(holder),
    onNotice: (text) => notices.push(text),
    ...more,
  };
  return { ...given, waited, notices };
}

/** Lets time pass until a promise is settled, and gives how long that took and what it gave. */
async function settled<T>(shared: VirtualClock, promise: Promise<T>) {
  const begin = shared.now();
  let end: { readonly value?: T; readonly error?: unknown } | undefined;
  promise.then(
    (value) => {
      end = { value };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  await shared.until(() => end !== undefined);
  return { ...end, after: shared.now() - begin };
}

async function taken(
  shared: VirtualClock,
  process: Process,
  run: string,
  more: Partial<LeaseOptions> = {},
): Promise<MigrationLease> {
  const taking = takeLease(process.store, options(run, process, more));
  const { value, error } = await settled(shared, taking);
  if (!value) throw error;
  return value;
}

/** Somebody's acquisition that nobody keeps. */
function dead(fence: number, more: Partial<LeaseDocument> = {}): LeaseDocument {
  const holder = { run: FIRST, actor: '', sha: '', host: '', acquiredAt: new Date(0) };
  const own = { owner: `owner ${fence}`, ttl: TTL, beat: 7, released: false };
  return { _id: { lock: 'migrations', fence }, ...holder, ...own, ...more };
}

describe('the lease of the migrations', () => {
  test('is taken at once where nobody has it, and under the next fence when it was given back', async () => {
    const { shared, collection, process } = ground();
    const first = await taken(shared, process(), FIRST);
    expect(first.fence).toBe(1);
    expect(collection.get(1)).toMatchObject({
      run: FIRST,
      actor: 'ada',
      sha: 'c0ffee',
      host: 'runner-1',
      ttl: TTL,
      acquiredAt: new Date('2026-01-02T03:04:05Z'),
      released: false,
    });
    await settled(shared, first.release());
    expect(collection.get(1)?.released).toBe(true);
    const second = await taken(shared, process(), SECOND);
    expect(second.fence).toBe(2);
    expect(collection.documents.map(({ _id }) => _id.fence)).toEqual([2]);
  });

  test('is refused as soon as its holder is seen to run, and the message says who has it', async () => {
    const { shared, process } = ground();
    await taken(shared, process(), FIRST);
    const late = process([], 1_000_000);
    const wanted = options(SECOND, late);
    const { error, after } = await settled(shared, takeLease(late.store, wanted));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      failureReason: 'Locked',
      message: expect.stringMatching(
        /: https:\S+runs\/1 \(by ada on runner-1\), since 2026-01-02T03:04:05.000Z\. Its last beat was seen 0 s ago/,
      ),
    });
    expect(after).toBeLessThanOrEqual(TTL / 3 + 2_000);
    expect(wanted.waited).toMatchObject([{ run: FIRST, fence: 1 }]);
  });

  test('is waited for as long as the run is to wait', async () => {
    const { shared, process } = ground();
    const first = await taken(shared, process(), FIRST);
    const other = process();
    const waiting = takeLease(other.store, options(SECOND, other, { wait: 300_000 }));
    await shared.pass(200_000);
    await settled(shared, first.release());
    const { value, after } = await settled(shared, waiting);
    expect(value?.fence).toBe(2);
    expect(after).toBeLessThanOrEqual(2_000);
  });

  test('is refused when the time to wait is over', async () => {
    const { shared, process } = ground();
    await taken(shared, process(), FIRST);
    const other = process();
    const waiting = takeLease(other.store, options(SECOND, other, { wait: 300_000 }));
    const { error, after } = await settled(shared, waiting);
    expect(error).toMatchObject({ failureReason: 'Locked' });
    expect(after).toBeGreaterThanOrEqual(300_000);
    expect(after).toBeLessThanOrEqual(302_000);
  });

  test.each([
    ['of a run that is dead', dead(4)],
    ['that came back with a backup of long ago', dead(4, { acquiredAt: new Date(0), beat: 999 })],
  ])('%s is taken after its ttl, even by a run that is not to wait', async (_, document) => {
    const { shared, collection, process } = ground();
    collection.put(document);
    const other = process();
    const { value, after } = await settled(
      shared,
      takeLease(other.store, options(SECOND, other, { ttl: 5_000 })),
    );
    expect(value?.fence).toBe(5);
    expect(after).toBeGreaterThanOrEqual(TTL);
    expect(after).toBeLessThanOrEqual(TTL + 2_000);
  });

  test('is lost by a run that stood still for longer than its ttl while another wanted it', async () => {
    const { shared, collection, process } = ground();
    const still = process([{ from: 30_000, to: 300_000 }]);
    const first = await taken(shared, still, FIRST);
    await shared.pass(35_000);
    const second = await taken(shared, process(), SECOND);
    await shared.pass(301_000 - shared.now());
    const { error } = await settled(shared, first.ensureHeld());
    expect(error).toBeInstanceOf(LeaseLostError);
    expect(error).toMatchObject({ message: expect.stringContaining(`taken over`) });
    expect(error).toMatchObject({ message: expect.stringContaining(SECOND) });
    expect(first.signal.reason).toBe(error);
    await settled(shared, first.release());
    expect(collection.get(2)?.released).toBe(false);
    expect((await settled(shared, second.ensureHeld())).error).toBeUndefined();
  });

  test('is promised for no longer than it takes others to give its holder up, on clocks that differ by a tenth', async () => {
    const { shared, process } = ground();
    const slow = process([{ from: 1_000, to: Number.POSITIVE_INFINITY }], 0, 0.95);
    const first = await taken(shared, slow, FIRST);
    await shared.pass(1_000 - shared.now());
    await taken(shared, process([], 5_000, 1.05), SECOND);
    expect(slow.common(first.heldUntil)).toBeLessThan(shared.now());
  });

  test('never has the same beat twice, also where the answer to one was lost', async () => {
    const { shared, process } = ground();
    const own = process();
    const beats: number[] = [];
    const beat: LeaseStore['beat'] = async (fence, owner, value) => {
      const written = await own.store.beat(fence, owner, value);
      beats.push(value);
      if (beats.length % 3 === 0) throw new Error('connection reset');
      return written;
    };
    const first = await taken(shared, { ...own, store: { ...own.store, beat } }, FIRST);
    await shared.pass(200_000);
    await settled(shared, first.ensureHeld());
    expect(beats.length).toBeGreaterThan(9);
    expect(new Set(beats).size).toBe(beats.length);
  });

  test('is kept by a run that stood still when nobody else wanted it', async () => {
    const { shared, process } = ground();
    const first = await taken(shared, process([{ from: 30_000, to: 300_000 }]), FIRST);
    await shared.pass(301_000);
    expect((await settled(shared, first.ensureHeld())).error).toBeUndefined();
    expect(first.heldUntil).toBeGreaterThan(shared.now() + TTL / 2);
    expect(first.signal.aborted).toBe(false);
  });

  test('is lost when the database has not answered for its ttl', async () => {
    const { shared, process } = ground();
    const own = process();
    let away = false;
    const store: LeaseStore = {
      ...own.store,
      beat: async (...all) => {
        if (away) throw Object.assign(new Error('connection reset'), { name: 'MongoNetworkError' });
        return await own.store.beat(...all);
      },
    };
    const first = await taken(shared, { ...own, store }, FIRST);
    await shared.pass(30_000);
    away = true;
    await shared.pass(30_000);
    expect(first.signal.aborted).toBe(false);
    away = false;
    await shared.pass(60_000);
    away = true;
    const { error } = await settled(shared, first.ensureHeld());
    expect(error).toMatchObject({
      failureReason: 'LeaseLost',
      message: expect.stringContaining('could not be renewed within 1 m'),
    });
    expect(error).toMatchObject({ message: expect.stringContaining('connection reset') });
    expect(shared.now()).toBeLessThanOrEqual(120_000 + TTL);
  });

  test('survives a connection on which nothing comes back any more', async () => {
    const { shared, process } = ground();
    const own = process();
    let calls = 0;
    const store: LeaseStore = {
      ...own.store,
      // The third beat hangs for ever; those after it go on another connection.
      beat: async (...all) => {
        calls += 1;
        return calls === 3 ? await new Promise<never>(() => {}) : await own.store.beat(...all);
      },
    };
    const first = await taken(shared, { ...own, store }, FIRST);
    await shared.pass(200_000);
    expect(calls).toBeGreaterThan(6);
    expect(first.signal.aborted).toBe(false);
  });

  test('is lost when its document is removed', async () => {
    const { shared, collection, process } = ground();
    const first = await taken(shared, process(), FIRST);
    collection.remove(1);
    const { error } = await settled(shared, first.ensureHeld());
    expect(error).toMatchObject({
      failureReason: 'LeaseLost',
      message: expect.stringContaining('gone from the collection "paal_migrations_lease"'),
    });
  });

  test.each(['lostRequest', 'lostAnswer'] as const)(
    'is taken once by a run whose first insert has a %s',
    async (trouble) => {
      const { shared, collection, process } = ground();
      const own = process();
      let inserts = 0;
      const insert: LeaseStore['insert'] = async (document) => {
        inserts += 1;
        const result =
          inserts > 1 || trouble === 'lostAnswer' ? await own.store.insert(document) : false;
        if (inserts > 1) return result;
        throw Object.assign(new Error('connection reset'), { name: 'MongoNetworkError' });
      };
      const first = await taken(shared, { ...own, store: { ...own.store, insert } }, FIRST);
      expect(first.fence).toBe(1);
      expect(inserts).toBe(trouble === 'lostAnswer' ? 1 : 2);
      expect(collection.documents).toHaveLength(1);
    },
  );

  test('is not taken by an insert that came after a higher one, which is withdrawn', async () => {
    const { shared, collection, process } = ground();
    collection.put(dead(1, { released: true }));
    const own = process();
    const insert: LeaseStore['insert'] = async (document) => {
      // Meanwhile others had it twice, and removed what was below them.
      if (document._id.fence === 2) {
        collection.remove(1);
        collection.put(dead(3, { released: true }));
      }
      return await own.store.insert(document);
    };
    const first = await taken(shared, { ...own, store: { ...own.store, insert } }, FIRST);
    expect(first.fence).toBe(4);
    expect(collection.documents.map(({ _id }) => _id.fence)).toEqual([4]);
  });

  test('is used only after a ttl when its former holder has come back in the last moment', async () => {
    const { shared, collection, process } = ground();
    collection.put(dead(1));
    const own = process();
    const insert: LeaseStore['insert'] = async (document) => {
      collection.put(dead(1, { beat: 8 }));
      return await own.store.insert(document);
    };
    const { value, after } = await settled(
      shared,
      takeLease({ ...own.store, insert }, options(SECOND, own)),
    );
    expect(value?.fence).toBe(2);
    expect(after).toBeGreaterThanOrEqual(TTL * 2);
    expect(value?.signal.aborted).toBe(false);
  });

  test('is given back by a run that is cancelled before it knows that it has it', async () => {
    const { shared, collection, process } = ground();
    const cancel = new AbortController();
    const own = process();
    const insert: LeaseStore['insert'] = async (document) => {
      await own.store.insert(document);
      cancel.abort(new Error('cancelled'));
      return await new Promise<never>(() => {});
    };
    const taking = takeLease(
      { ...own.store, insert },
      options(FIRST, own, { signal: cancel.signal }),
    );
    expect((await settled(shared, taking)).error).toMatchObject({ message: 'cancelled' });
    expect(collection.get(1)?.released).toBe(true);
  });

  test('is not waited for by a run that is cancelled', async () => {
    const { shared, process } = ground();
    await taken(shared, process(), FIRST);
    const cancel = new AbortController();
    const other = process();
    const waiting = takeLease(
      other.store,
      options(SECOND, other, { wait: TTL, signal: cancel.signal }),
    );
    waiting.catch(() => undefined);
    await shared.pass(3_000);
    cancel.abort(new Error('cancelled'));
    expect((await settled(shared, waiting)).error).toMatchObject({ message: 'cancelled' });
  });

  test('tells what the user may not do in the database, at once', async () => {
    const { shared, process } = ground();
    const own = process();
    const insert: LeaseStore['insert'] = async () => {
      throw Object.assign(new Error('not authorized on shop'), { code: 13 });
    };
    const { error, after } = await settled(
      shared,
      takeLease({ ...own.store, insert }, options(FIRST, own)),
    );
    expect(error).toMatchObject({
      message: expect.stringMatching(/not authorized on shop\. .*role readWrite/),
    });
    expect(after).toBeLessThan(100);
  });
});

describe('unlock', () => {
  const unlocking = (process: Process, owner: string) =>
    freeLease(process.store, {
      lock: 'migrations',
      owner,
      holder: { run: SECOND, actor: 'grace', sha: '', host: '' },
      clock: process.clock,
      today: () => new Date(0),
      signal: new AbortController().signal,
    });

  test('frees the lease of a holder that is silent for its ttl, by a fence that it cannot pass', async () => {
    const { shared, collection, process } = ground();
    const still = process([{ from: 1_000, to: 200_000 }]);
    const first = await taken(shared, still, FIRST);
    await shared.pass(1_000);
    const owner = collection.get(1)?.owner ?? '';
    const { value, after } = await settled(shared, unlocking(process(), owner));
    expect(value).toMatchObject({ run: FIRST, owner });
    expect(after).toBeGreaterThanOrEqual(TTL);
    expect(collection.get(2)).toMatchObject({ actor: 'grace', released: true });
    await shared.pass(201_000 - shared.now());
    expect((await settled(shared, first.ensureHeld())).error).toBeInstanceOf(LeaseLostError);
  });

  test('refuses while the holder runs', async () => {
    const { shared, collection, process } = ground();
    await taken(shared, process(), FIRST);
    const owner = collection.get(1)?.owner ?? '';
    const { error } = await settled(shared, unlocking(process(), owner));
    expect(error).toMatchObject({ failureReason: 'Locked' });
    expect(collection.documents).toHaveLength(1);
  });

  test.each([
    ['another than who has it', dead(3), 'the lease of the migrations: it is owner 3'],
    ['a lease that was given back', dead(3, { released: true }), 'Nobody has the lease'],
  ])('refuses %s', async (_, document, says) => {
    const { shared, collection, process } = ground();
    collection.put(document);
    const { error } = await settled(shared, unlocking(process(), 'owner 2'));
    expect(error).toMatchObject({ message: expect.stringContaining(says) });
    expect(collection.documents).toEqual([document]);
  });
});
