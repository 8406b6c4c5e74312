import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../errors.ts';
import { takeLease } from './acquire.ts';
import { dead, FIRST, ground, options, SECOND, settled, TTL, taken } from './ground.test-data.ts';
import type { LeaseStore } from './store.ts';

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
    await settled(shared, second.release());
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

  test.each([
    ['did not arrive', false],
    ['was carried out, but not answered', true],
  ])('is taken once by a run whose first insert %s', async (_, arrives) => {
    const { shared, collection, process } = ground();
    const own = process();
    let inserts = 0;
    const insert: LeaseStore['insert'] = async (document) => {
      inserts += 1;
      const result = inserts > 1 || arrives ? await own.store.insert(document) : false;
      if (inserts > 1) return result;
      throw Object.assign(new Error('connection reset'), { name: 'MongoNetworkError' });
    };
    const first = await taken(shared, { ...own, store: { ...own.store, insert } }, FIRST);
    expect(first.fence).toBe(1);
    expect(inserts).toBe(arrives ? 1 : 2);
    expect(collection.documents).toHaveLength(1);
  });

  test('is not taken by an insert that came after a higher one', async () => {
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
    await settled(shared, first.release());
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
