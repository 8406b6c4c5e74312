import { describe, expect, test } from '@jest/globals';
import { LeaseLostError } from './errors.ts';
import { FIRST, ground, SECOND, settled, TTL, taken } from './ground.test-data.ts';
import type { LeaseStore } from './store.ts';

describe('a lease that was taken', () => {
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

  test('is promised from the moment at which a beat was sent, however late it is answered', async () => {
    const { shared, process } = ground();
    const own = process();
    const beat: LeaseStore['beat'] = async (...all) => {
      const written = await own.store.beat(...all);
      await shared.sleep(15_000);
      return written;
    };
    const first = await taken(shared, { ...own, store: { ...own.store, beat } }, FIRST);
    await shared.pass(2_000);
    const asked = shared.now();
    await settled(shared, first.ensureHeld());
    expect(shared.now()).toBeGreaterThan(asked + 15_000);
    expect(first.heldUntil).toBeLessThanOrEqual(asked + TTL);
    expect(first.heldUntil).toBeGreaterThan(asked + TTL / 2);
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

  test('is proven without a word to the database for a second at most', async () => {
    const { shared, process } = ground();
    const own = process();
    let beats = 0;
    const beat: LeaseStore['beat'] = async (...all) => {
      beats += 1;
      return await own.store.beat(...all);
    };
    const first = await taken(shared, { ...own, store: { ...own.store, beat } }, FIRST);
    await settled(shared, first.ensureHeld());
    expect(beats).toBe(0);
    await shared.pass(1_100);
    await settled(shared, first.ensureHeld());
    expect(beats).toBe(1);
  });

  test('is lost when its document is removed', async () => {
    const { shared, collection, process } = ground();
    const first = await taken(shared, process(), FIRST);
    await shared.pass(2_000);
    collection.remove(1);
    const { error } = await settled(shared, first.ensureHeld());
    expect(error).toMatchObject({
      failureReason: 'LeaseLost',
      message: expect.stringContaining('gone from the collection "paal_migrations_lease"'),
    });
  });
});
