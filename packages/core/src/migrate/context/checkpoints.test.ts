import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { type Checkpoint, type CheckpointStore, openCheckpoints } from './checkpoints.ts';

/** A store in memory, whose saves end when the test lets them. */
function store(loaded: Checkpoint = {}) {
  const saved: Checkpoint[] = [];
  const progress: unknown[] = [];
  const gates: (() => void)[] = [];
  let isGated = false;
  const real: CheckpointStore = {
    load: async () => loaded,
    save: async (checkpoint, totals) => {
      if (isGated) await new Promise<void>((resolve) => gates.push(resolve));
      saved.push(checkpoint);
      progress.push(totals);
    },
  };
  return { real, saved, progress, gates, gate: () => (isGated = true) };
}

const WALK = { key: 'users', collection: 'users', orderBy: '_id', documents: 10, batches: 2 };

describe('checkpoints', () => {
  test('hold what the interrupted attempt kept, and each save holds all of it', async () => {
    const first = store();
    const one = await openCheckpoints(first.real);
    await one.keepValue('a.b', 1);
    await one.keepWalk({ ...WALK, after: { value: 7 } });
    await one.keepValue('a.b', 2);
    const two = await openCheckpoints(store(first.saved.at(-1)).real);
    expect(two.valueOf('a.b')).toBe(2);
    expect(two.walkOf('users')).toEqual({ ...WALK, after: { value: 7 } });
    expect(two.valueOf('other')).toBeUndefined();
    expect(first.progress.at(-1)).toEqual({ documents: 10, batches: 2 });
  });

  test('have no field that is named by the migration', async () => {
    const { real, saved } = store();
    await (await openCheckpoints(real)).keepValue('fs.files$', 1);
    expect(saved).toEqual([{ values: [{ key: 'fs.files$', value: 1 }], walks: [] }]);
  });

  test('forget a value that is undefined', async () => {
    const { real, saved } = store();
    const checkpoints = await openCheckpoints(real);
    await checkpoints.keepValue('a', 1);
    await checkpoints.keepValue('a', undefined);
    expect(saved.at(-1)).toEqual({ values: [], walks: [] });
  });

  test('that are kept at the same time are saved one after the other', async () => {
    const { real, saved, gates, gate } = store();
    gate();
    const checkpoints = await openCheckpoints(real);
    const both = [checkpoints.keepValue('a', 1), checkpoints.keepValue('b', 2)];
    await setImmediate();
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await both[0];
    await setImmediate();
    gates[1]?.();
    await Promise.all(both);
    expect(saved.at(-1)).toMatchObject({ values: [{ key: 'a' }, { key: 'b' }] });
  });

  test('that could not be saved fail the one who keeps them, and no other', async () => {
    let broken = true;
    const checkpoints = await openCheckpoints({
      load: async () => ({}),
      save: async () => {
        if (broken) throw new Error('lease lost');
      },
    });
    await expect(checkpoints.keepValue('a', 1)).rejects.toThrow('lease lost');
    broken = false;
    await checkpoints.keepValue('b', 1);
  });

  test('of something else are refused', async () => {
    await expect(openCheckpoints(store({ walks: { users: 1 } }).real)).rejects.toThrow(
      '"walks" is no list. Let the migration begin anew',
    );
  });
});
