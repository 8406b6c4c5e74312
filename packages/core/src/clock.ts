import { setTimeout as delay } from 'node:timers/promises';

/** Time as decisions see it. Handed in, so that a test or a replay can hand in its own. */
export interface Clock {
  /** Milliseconds on a monotonic clock of our own; only differences mean anything. */
  now(): number;
  /**
   * Resolves after `milliseconds`; rejects with the signal's reason when that comes first. In the
   * background, it does not keep the process alive.
   */
  sleep(
    milliseconds: number,
    signal?: AbortSignal,
    options?: { readonly background?: boolean },
  ): Promise<void>;
}

/** The process's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal, { background = false } = {}) => {
    try {
      await delay(milliseconds, undefined, { ref: !background, ...(signal ? { signal } : {}) });
    } catch (error) {
      // What the timer throws instead says only that it was aborted, not why.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
