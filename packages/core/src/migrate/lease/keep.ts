import type { Clock } from '../../clock.ts';
import { errorMessage } from '../../errors.ts';
import { sureFor } from './decisions.ts';
import { highestOf } from './document.ts';
import { notRenewed, takenOver } from './errors.ts';
import type { LeaseStore } from './store.ts';
import { within } from './within.ts';

/**
 * The right to migrate a database, which one run has at a time.
 *
 * What it promises: fences only rise, and as soon as another run has the lease, `ensureHeld` of this one
 * never resolves again. When it resolves, no other run has the lease, and none gets it before `heldUntil`.
 * What it cannot promise: the database does not know the fence. A command that reaches it after
 * `heldUntil`, because the process stood still between `ensureHeld` and the command or the command was
 * on its way for that long, is carried out although another run may have begun.
 */
export interface MigrationLease {
  /** The number of the acquisition. */
  readonly fence: number;
  /** Until when nobody else can get it, on the clock that was handed in. */
  readonly heldUntil: number;
  /** Aborts with a LeaseLostError when the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * Writes a beat and reads who has the lease, unless that was done within the last second: nobody gets
   * the lease without a ttl of silence. To be called before each migration and each record of one.
   * While the database does not answer it waits, until the lease is lost.
   * @throws LeaseLostError
   */
  ensureHeld(): Promise<void>;
  /** Gives it back; where that fails, it is free by itself after its ttl. Never throws. */
  release(): Promise<void>;
}

/** An acquisition that came about. */
export interface Taken {
  readonly owner: string;
  readonly fence: number;
  /** When its insert was sent, on our own clock. */
  readonly sentAt: number;
}

/** What keeping a lease needs. */
export interface KeepTools {
  readonly store: LeaseStore;
  readonly ttl: number;
  readonly clock: Clock;
  /** Never gives the same one twice: who waits would take the second for the first. */
  readonly nextBeat: () => number;
  readonly onNotice: (text: string) => void;
}

const RELEASE_LIMIT = 2_000;
/** Milliseconds: so often at least, so that who waits soon sees that the holder lives. */
const BEAT_EVERY = 5_000;
/** Milliseconds for which a proof is as good as a new one. */
const FRESH = 1_000;

/** Keeps a lease that was taken, until it is given back or lost. */
export function keepLease(tools: KeepTools, taken: Taken): MigrationLease {
  const { store, ttl, clock, nextBeat, onNotice } = tools;
  const { owner, fence } = taken;
  const over = new AbortController();
  const lost = new AbortController();
  const pending = new Set<Promise<void>>();
  let heldUntil = taken.sentAt + sureFor(ttl);

  /**
   * A beat after which nobody else is found to have it. However late it comes, a run that is about to
   * take the lease finds it, and lets it have its time: see `hasShownItself`.
   */
  const prove = async (): Promise<void> => {
    const sentAt = clock.now();
    const written = await store.beat(fence, owner, nextBeat());
    const highest = highestOf(await store.read());
    lost.signal.throwIfAborted();
    if (highest?.owner !== owner || highest.released) {
      lost.abort(takenOver(highest));
      lost.signal.throwIfAborted();
    }
    if (!written) throw new Error('the document of the lease was gone for a moment');
    heldUntil = Math.max(heldUntil, sentAt + sureFor(ttl));
  };

  const attempt = async (milliseconds: number): Promise<void> => {
    const proof = prove();
    const tracked = proof
      .catch(() => undefined)
      .finally(() => {
        pending.delete(tracked);
      });
    pending.add(tracked);
    await within(proof, clock, milliseconds, lost.signal);
  };

  const ended = AbortSignal.any([over.signal, lost.signal]);
  const keeping = (async () => {
    let failed = false;
    while (!ended.aborted) {
      try {
        await clock.sleep(failed ? ttl / 10 : Math.min(ttl / 3, BEAT_EVERY), ended, {
          background: true,
        });
      } catch {
        return;
      }
      // Woken too late (the process stood still, or a migration did not let go): one attempt decides.
      const left = heldUntil - clock.now();
      try {
        await attempt(left > 0 ? Math.min(left, ttl / 3) : ttl / 3);
        failed = false;
      } catch (error) {
        if (ended.aborted) return;
        if (!failed) onNotice(`The lease was not renewed: ${errorMessage(error)}`);
        failed = true;
        if (clock.now() >= heldUntil) lost.abort(notRenewed(error, ttl));
      }
    }
  })();

  return {
    fence,
    get heldUntil() {
      return heldUntil;
    },
    signal: lost.signal,
    ensureHeld: async () => {
      for (;;) {
        lost.signal.throwIfAborted();
        if (over.signal.aborted) throw new Error('the lease was given back');
        if (clock.now() - (heldUntil - sureFor(ttl)) < Math.min(FRESH, ttl / 20)) return;
        try {
          await attempt(ttl / 3);
          if (clock.now() < heldUntil) return;
        } catch {
          lost.signal.throwIfAborted();
          await clock.sleep(ttl / 10, lost.signal);
        }
      }
    },
    release: async () => {
      over.abort();
      await keeping;
      if (lost.signal.aborted) return;
      const give = async (): Promise<void> => {
        await Promise.all(pending);
        await store.release(fence, owner).catch(async () => await store.release(fence, owner));
      };
      try {
        await within(give(), clock, RELEASE_LIMIT);
      } catch (error) {
        onNotice(
          `The lease was not given back, and is free by itself soon: ${errorMessage(error)}`,
        );
      }
    },
  };
}
