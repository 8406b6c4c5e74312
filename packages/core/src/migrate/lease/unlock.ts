import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';
import { isAlive, type Sighting, sight } from './decisions.ts';
import { type HeldLease, highestOf, type LeaseHolder } from './document.ts';
import { heldError, nameOf, storeError } from './errors.ts';
import { type LeaseStore, mongodbLeaseStore } from './store.ts';

/** Whose lease is to be taken away. */
export interface UnlockOptions {
  readonly lock: string;
  /** The id of the acquisition, which `status` shows: not another one that has followed it. */
  readonly owner: string;
  /** Who takes it away. */
  readonly holder: LeaseHolder;
  readonly clock: Clock;
  readonly today: () => Date;
  readonly signal: AbortSignal;
}

const LOOK_EVERY = 1_000;

/** Who has the lease of `lock`; `undefined` when nobody has. Reads only. */
export async function leaseState(db: Db, lock: string): Promise<HeldLease | undefined> {
  const highest = highestOf(await mongodbLeaseStore(db, lock).read());
  return highest?.released ? undefined : highest;
}

/**
 * Takes the lease away from a holder that has shown no beat for its ttl, and gives it to nobody. That
 * is an acquisition, too: should the holder live after all, it finds a higher fence than its own.
 * @returns what was taken away
 * @throws UserError when another has it, or nobody; with the reason `Locked` when its holder runs
 */
export async function unlock(db: Db, options: UnlockOptions): Promise<HeldLease> {
  return await freeLease(mongodbLeaseStore(db, options.lock), options);
}

/** Like `unlock`, in any store of leases. */
export async function freeLease(store: LeaseStore, options: UnlockOptions): Promise<HeldLease> {
  const { lock, owner, holder, clock, today, signal } = options;
  const read = async (): Promise<HeldLease | undefined> => {
    try {
      return highestOf(await store.read());
    } catch (error) {
      throw storeError(error);
    }
  };
  let sighting: Sighting | undefined;
  for (;;) {
    const lease = await read();
    if (!lease || lease.released) {
      throw new UserError('Nobody has the lease of the migrations: there is nothing to unlock.');
    }
    if (lease.owner !== owner) {
      throw new UserError(
        `The owner "${owner}" does not have the lease of the migrations: it is ${lease.owner}, ` +
          `${nameOf(lease)}. Nothing was changed.`,
      );
    }
    sighting = sight(sighting, lease, clock.now());
    if (sighting.moved) throw heldError(lease, clock.now() - sighting.since);
    if (isAlive(lease, sighting, clock.now())) {
      await clock.sleep(Math.min(LOOK_EVERY, lease.ttl / 6), signal);
      continue;
    }
    const own = randomUUID();
    const _id = { lock, fence: lease.fence + 1 };
    const rest = { acquiredAt: today(), ttl: lease.ttl, beat: 0, released: true };
    try {
      if (await store.insert({ _id, ...holder, owner: own, ...rest })) return lease;
    } catch (error) {
      const now = await read();
      if (now?.owner === own) return lease;
      throw storeError(error);
    }
    // Somebody has taken it in the meantime, of whom the next round tells.
  }
}
