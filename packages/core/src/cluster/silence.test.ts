import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { ApiError, UnreachableError } from './api-error.ts';
import type { Listing } from './collection.ts';
import { type GuardedWatch, guardSilence } from './silence.ts';

const LISTING: Listing = { resourceVersion: '9', versions: new Map() };

/** An open watch that says nothing by itself, and is guarded until a test has seen enough. */
function guarded(
  lists: () => Promise<Listing> = async () => LISTING,
  covers = () => true,
  isDoubted = false,
) {
  const clock = virtualClock();
  const stop = new AbortController();
  const watch = {
    heardAt: 0,
    provenAt: 0,
    isDoubted,
    canList: true as boolean,
    asked: [] as number[],
    doubts: [] as string[],
    list: async () => {
      watch.asked.push(clock.now());
      return await lists();
    },
    covers: () => covers(),
    onProven: () => {
      watch.provenAt = clock.now();
      watch.isDoubted = false;
    },
    onDoubt: (reason: string) => {
      watch.isDoubted = true;
      watch.doubts.push(reason);
    },
    onListDenied: () => {
      watch.canList = false;
    },
  } satisfies GuardedWatch & Record<string, unknown>;
  const seen = { end: undefined as string | undefined };
  const done = guardSilence(watch, clock, stop.signal).then(
    (end) => {
      seen.end = end;
    },
    () => undefined,
  );
  const finish = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  return { clock, watch, seen, finish };
}

describe('a watch that is silent', () => {
  test('is asked about once in 10 s', async () => {
    const { clock, watch, finish } = guarded();
    await clock.pass(45_000);
    expect(watch.asked).toEqual([10_000, 20_000, 30_000, 40_000]);
    expect(watch.doubts).toEqual([]);
    await finish();
  });

  test('is not asked about while it is not silent', async () => {
    const { clock, watch, finish } = guarded();
    for (let i = 0; i < 20; i += 1) {
      await clock.pass(9_000);
      watch.heardAt = clock.now();
      watch.provenAt = clock.now();
    }
    expect(watch.asked).toEqual([]);
    await finish();
  });

  test('is opened again when a list shows what it has not told', async () => {
    const { clock, seen } = guarded(undefined, () => false);
    await clock.until(() => seen.end !== undefined);
    expect(seen.end).toBe('missed');
    expect(clock.now()).toBe(11_000);
  });

  test('is left alone when what a list shows was on its way', async () => {
    let arrived = false;
    const { clock, watch, seen, finish } = guarded(undefined, () => arrived);
    await clock.pass(10_500);
    arrived = true;
    await clock.pass(5_000);
    expect(seen.end).toBeUndefined();
    expect(watch.provenAt).toBeLessThan(11_000);
    await finish();
  });

  test('is opened again after 75 s, whatever lists say', async () => {
    const { clock, seen } = guarded();
    await clock.until(() => seen.end !== undefined);
    expect(seen.end).toBe('silent');
    expect(clock.now()).toBe(75_000);
  });

  test('is doubted while the question has no answer, and until it has one', async () => {
    const { promise, resolve } = Promise.withResolvers<Listing>();
    const { clock, watch, finish } = guarded(() => promise);
    await clock.pass(11_900);
    expect(watch.isDoubted).toBe(false);
    await clock.pass(100);
    expect(watch.isDoubted).toBe(true);
    resolve(LISTING);
    await clock.pass(0);
    expect(watch.isDoubted).toBe(false);
    await finish();
  });

  test('is asked about again when the question fails', async () => {
    let failures = 3;
    const { clock, watch, finish } = guarded(async () => {
      failures -= 1;
      if (failures >= 0) throw new UnreachableError('no connection', 'not-sent');
      return LISTING;
    });
    await clock.until(() => watch.provenAt > 0);
    expect(watch.asked).toHaveLength(4);
    expect(watch.doubts[0]).toBe('no connection');
    expect(clock.now()).toBeLessThan(12_000);
    await finish();
  });

  test('is opened again after 75 s without an answer', async () => {
    const { clock, seen } = guarded(async () => {
      throw new UnreachableError('no connection', 'not-sent');
    });
    await clock.until(() => seen.end !== undefined);
    expect(seen.end).toBe('silent');
    expect(clock.now()).toBeLessThan(77_000);
  });

  test('is only opened again after 75 s where lists are denied', async () => {
    const { clock, watch, seen } = guarded(async () => {
      throw new ApiError('denied', 403, {}, undefined);
    });
    await clock.until(() => seen.end !== undefined);
    expect(seen.end).toBe('silent');
    expect(watch.asked).toEqual([10_000]);
    expect(clock.now()).toBe(75_000);
  });
});

test('a watch that is in doubt when it opens is asked about at once', async () => {
  const { clock, watch, finish } = guarded(undefined, undefined, true);
  await clock.pass(0);
  expect(watch.asked).toEqual([0]);
  expect(watch.isDoubted).toBe(false);
  await finish();
});

test('a watch in doubt is not proven by an event that has come since the question', async () => {
  const { clock, watch, seen } = guarded(
    async () => {
      watch.heardAt = clock.now() + 1;
      return LISTING;
    },
    () => false,
    true,
  );
  await clock.until(() => seen.end !== undefined);
  expect(seen.end).toBe('missed');
});

test('a watch in doubt is opened again at once where lists are denied', async () => {
  const { clock, seen } = guarded(
    async () => {
      throw new ApiError('denied', 403, {}, undefined);
    },
    undefined,
    true,
  );
  await clock.until(() => seen.end !== undefined);
  expect(seen.end).toBe('silent');
  expect(clock.now()).toBe(0);
});
