import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';
import { hasShownItself, mayPass, nextMove, type Sighting } from './decisions.ts';
import { type HeldLease, highestOf, type LeaseDocument, type LeaseHolder } from './document.ts';
import { heldError, LeaseLostError, storeError } from './errors.ts';
import { keepLease, type MigrationLease } from './keep.ts';
import { type LeaseStore, mongodbLeaseStore } from './store.ts';
import { within } from './within.ts';

/** How a lease is to be taken. */
export interface LeaseOptions {
  /** What is locked: `migrations`. */
  readonly lock: string;
  /** Milliseconds without a beat after which another run takes it. */
  readonly ttl: number;
  /** Milliseconds for which a holder that runs is waited for. */
  readonly wait: number;
  readonly holder: LeaseHolder;
  readonly clock: Clock;
  /** The calendar's time, to be shown to others. */
  readonly today: () => Date;
  readonly signal: AbortSignal;
  /** Hears of each holder that is waited for. */
  readonly onWait: (holder: HeldLease) => void;
  /** Hears what does not stop the run: a beat that failed, a lease that could not be given back. */
  readonly onNotice?: (text: string) => void;
}

const LOOK_EVERY = 1_000;
const MOST_FAILURES = 5;
const TIDY_LIMIT = 2_000;

/**
 * Takes the lease: at once where nobody has it; when its holder has shown no beat for its ttl on our own
 * clock, because that run is dead; otherwise when it is given back within `wait`.
 * @throws UserError with the reason `Locked` that names the run which has it
 */
export async function acquireLease(db: Db, options: LeaseOptions): Promise<MigrationLease> {
  return await takeLease(mongodbLeaseStore(db, options.lock), options);
}

/** Like `acquireLease`, from any store of leases. */
export async function takeLease(store: LeaseStore, options: LeaseOptions): Promise<MigrationLease> {
  const { ttl, clock, signal } = options;
  const owner = randomUUID();
  const round = roundsOf(store, options, owner);
  let failures = 0;
  for (;;) {
    try {
      const result = await round();
      if (result === 'waited') failures = 0;
      else if (result !== 'again') return result;
    } catch (error) {
      if (signal.aborted) {
        await free(store, owner, clock);
        throw signal.reason;
      }
      if (error instanceof UserError && !(error instanceof LeaseLostError)) throw error;
      // Lost before it was begun with; where it could not be renewed, for that reason.
      const failure = error instanceof LeaseLostError ? error.cause : error;
      if (failure === undefined) continue;
      failures += 1;
      if (failures === MOST_FAILURES || !mayPass(failure)) throw storeError(failure);
      await clock.sleep(Math.min(LOOK_EVERY, ttl / 3), signal);
    }
  }
}

/**
 * One round: read, and make the move that this asks for. An insert is settled by the next round's read,
 * whatever was answered.
 */
function roundsOf(
  store: LeaseStore,
  options: LeaseOptions,
  owner: string,
): () => Promise<MigrationLease | 'waited' | 'again'> {
  const { lock, ttl, holder, clock, today, signal, onWait, onNotice = () => {} } = options;
  const limit = Math.min(Math.max(ttl, 5_000), 30_000);
  const deadline = clock.now() + options.wait;
  const inserts = new Map<
    number,
    { readonly sentAt: number; readonly from: HeldLease | undefined }
  >();
  let sighting: Sighting | undefined;
  let told: number | undefined;
  let beat = 0;

  const ask = async <T>(work: Promise<T>): Promise<T> => await within(work, clock, limit, signal);
  const nextBeat = (): number => {
    beat += 1;
    return beat;
  };
  const documentOf = (fence: number): LeaseDocument => {
    const own = { ...holder, owner, acquiredAt: today(), ttl, beat: 0, released: false };
    return { _id: { lock, fence }, ...own };
  };

  const begin = async (
    { fence }: HeldLease,
    leases: readonly HeldLease[],
  ): Promise<MigrationLease> => {
    const { sentAt, from } = inserts.get(fence) ?? { sentAt: 0, from: undefined };
    const lease = keepLease({ store, ttl, clock, nextBeat, onNotice }, { owner, fence, sentAt });
    const either = AbortSignal.any([signal, lease.signal]);
    try {
      // It knows of us when it has written its next beat, or its time is over.
      if (from && hasShownItself(from, leases)) await clock.sleep(from.ttl, either);
      await within(lease.ensureHeld(), clock, undefined, either);
      either.throwIfAborted();
      // Nobody needs to wait for that: what it misses, the next one removes.
      if (leases.length > 1) {
        within(store.prune(lease.fence), clock, TIDY_LIMIT, either).catch(() => undefined);
      }
      return lease;
    } catch (error) {
      await lease.release();
      throw error;
    }
  };

  return async () => {
    const leases = await ask(store.read());
    const now = clock.now();
    const next = nextMove({ leases, owner, sighting, now, deadline });
    switch (next.move) {
      case 'keep':
        return await begin(next.lease, leases);
      case 'insert': {
        const { fence, from } = next;
        if (!inserts.has(fence)) inserts.set(fence, { sentAt: now, from });
        await ask(store.insert(documentOf(fence)));
        return 'again';
      }
      case 'refuse':
        throw heldError(next.lease, now - next.sighting.since);
      case 'wait':
        if (told !== next.lease.fence) onWait(next.lease);
        told = next.lease.fence;
        sighting = next.sighting;
        await clock.sleep(Math.min(LOOK_EVERY, next.lease.ttl / 6), signal);
        return 'waited';
    }
  };
}

/** Gives back what was taken by a run that was cancelled before it knew. */
async function free(store: LeaseStore, owner: string, clock: Clock): Promise<void> {
  const look = async (): Promise<void> => {
    const highest = highestOf(await store.read());
    if (highest?.owner === owner && !highest.released) await store.release(highest.fence, owner);
  };
  // Where it fails, it is free by itself after its ttl.
  await within(look(), clock, TIDY_LIMIT).catch(() => undefined);
}
