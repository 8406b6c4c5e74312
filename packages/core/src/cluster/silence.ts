import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { hasCode } from './api-error.ts';
import type { Listing } from './collection.ts';
import { pauseAfter } from './retry.ts';

/** Bookmarks come every 60 s, so that silence proves nothing for that long; nobody waits so long. */
const SILENCE = 10_000;
/** So long without even a bookmark, a watch is opened again whatever lists say. */
const LONGEST_SILENCE = 75_000;
/** An answer that comes sooner is no reason to say that it is not there. */
const LATE = 2_000;
/** What a list shows may still be on its way as an event. */
const GRACE = 1_000;
const GRACE_STEP = 50;

/** An open watch, as far as its silence is concerned. */
export interface GuardedWatch {
  /** When the last event came. */
  readonly heardAt: number;
  /** When it was last known, but for a doubt, that nothing was missed: by an event, or by a list. */
  readonly provenAt: number;
  /** Whether the collection may be behind, so that this has to be found out at once. */
  readonly isDoubted: boolean;
  /** Whether the user may list; if not, there is only the longest silence to go by. */
  readonly canList: boolean;
  /** Asks the server for names and versions, once. */
  list(signal: AbortSignal): Promise<Listing>;
  covers(listing: Listing): boolean;
  onProven(): void;
  onDoubt(reason: string): void;
  onListDenied(error: unknown): void;
}

/**
 * Sits beside an open watch and finds out whether its silence means that nothing happened: after 10 s
 * without an event the collection is listed, names and versions only, by a read that is consistent
 * with etcd. Nothing less is a proof: a single object, a HEAD or another watch say that the server
 * lives, but not that this watch has told all. Objects of the same versions are.
 * @returns why the watch is to be opened again: `missed` something, or merely `silent` for 75 s;
 *   rejects with the signal's reason when that comes first
 */
export async function guardSilence(
  watch: GuardedWatch,
  clock: Clock,
  signal: AbortSignal,
): Promise<'missed' | 'silent'> {
  const silence = (): number => clock.now() - watch.heardAt;

  /** The list, however often it has to be asked for; `undefined` once the silence is too long. */
  const ask = async (): Promise<Listing | undefined> => {
    const answered = new AbortController();
    void clock.sleep(LATE, AbortSignal.any([answered.signal, signal])).then(
      () => watch.onDoubt('nothing has come for some time, and the API server does not answer'),
      () => undefined,
    );
    try {
      for (let failures = 1; silence() < LONGEST_SILENCE; failures += 1) {
        try {
          return await watch.list(signal);
        } catch (error) {
          signal.throwIfAborted();
          if (hasCode(error, 403)) throw error;
          watch.onDoubt(errorMessage(error));
          await clock.sleep(pauseAfter(error, failures, Math.random()), signal);
        }
      }
      return undefined;
    } finally {
      answered.abort();
    }
  };

  const isCovered = async (listing: Listing): Promise<boolean> => {
    const until = clock.now() + GRACE;
    while (!watch.covers(listing)) {
      if (clock.now() >= until) return false;
      await clock.sleep(GRACE_STEP, signal);
    }
    return true;
  };

  /** Milliseconds until the next question is due. */
  const untilQuestion = (): number => {
    const longest = LONGEST_SILENCE - silence();
    if (!watch.canList) return longest;
    return watch.isDoubted ? 0 : Math.min(longest, watch.provenAt + SILENCE - clock.now());
  };

  for (;;) {
    const wait = untilQuestion();
    if (wait > 0) {
      await clock.sleep(wait, signal);
      continue;
    }
    const asked = clock.now();
    let listing: Listing | undefined;
    try {
      listing = await ask();
    } catch (error) {
      signal.throwIfAborted();
      watch.onListDenied(error);
      if (watch.isDoubted) return 'silent';
      continue;
    }
    if (!listing) return 'silent';
    // Events come in order, so that one which has come since tells that none is held back.
    const lives = !watch.isDoubted && watch.heardAt > asked;
    if (!lives && !(await isCovered(listing))) return 'missed';
    watch.onProven();
  }
}
