import { describe, expect, test } from '@jest/globals';
import { LeaseLostError } from './errors.ts';
import {
  dead,
  FIRST,
  ground,
  type Process,
  SECOND,
  settled,
  TTL,
  taken,
} from './ground.test-data.ts';
import { freeLease } from './unlock.ts';

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
