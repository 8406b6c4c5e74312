import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock whose time passes only while everything waits for it, and then at once. */
export interface VirtualClock extends Clock {
  /** All that was ever slept, in milliseconds, in order. */
  readonly slept: readonly number[];
  /** Lets time pass until `condition` holds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
}

export function virtualClock(): VirtualClock {
  let now = 0;
  const slept: number[] = [];
  const sleepers = new Set<Sleeper>();

  const sleep: Clock['sleep'] = (milliseconds, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason);
    slept.push(milliseconds);
    const abort = (): void => {
      sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    const sleeper: Sleeper = {
      at: now + milliseconds,
      wake: () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        resolve();
      },
    };
    signal?.addEventListener('abort', abort, { once: true });
    sleepers.add(sleeper);
    return promise;
  };

  /** Lets everything run that does not wait for time. */
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await turn();
  };

  /** Lets the time come at which the next of those that wait is woken, but no later than `limit`. */
  const advance = (limit: number): void => {
    const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
    if (!next && limit === Number.POSITIVE_INFINITY) throw new Error('nothing waits for time');
    now = Math.max(now, Math.min(next?.at ?? limit, limit));
    if (next && next.at <= now) next.wake();
  };

  return {
    slept,
    now: () => now,
    sleep,
    until: async (condition) => {
      for (let steps = 0; steps < 2_000; steps += 1) {
        await settle();
        if (condition()) return;
        advance(Number.POSITIVE_INFINITY);
      }
      throw new Error('it did not come about');
    },
    pass: async (milliseconds) => {
      const end = now + milliseconds;
      for (await settle(); now < end; await settle()) advance(end);
    },
  };
}
