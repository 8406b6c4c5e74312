import { setTimeout as delay } from 'node:timers/promises';

/** Time as decisions see it. Handed in, so that a test or a replay can hand in its own. */
export interface Clock {
  /** Milliseconds on a monotonic clock of our own; only differences mean anything. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when that comes first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The process's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, signal ? { signal } : {});
    } catch (error) {
      // What the timer throws instead says only that it was aborted, not why.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
