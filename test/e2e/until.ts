import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/** Waits until `check` gives something other than false and undefined, and gives that. */
export async function until<T>(
  what: string,
  check: () => Promise<T | false | undefined>,
  seconds = 60,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await delay(POLL_MS);
  }
}
