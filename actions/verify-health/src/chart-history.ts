import type { ActionContext } from '@paal/core/action/lifecycle';
import type { Sample } from '@paal/core/verify/probe';
import { numbersOf, type Result } from './result.ts';

/** Nobody waits longer for a picture; milliseconds. */
const MOST_TIME = 3_000;

/**
 * What the checks that measured numbers would have measured before, by their place; nothing of those that
 * cannot say it, or not within three seconds. Never rejects.
 */
export async function historiesOf(
  result: Result,
  { clock, signal }: ActionContext,
): Promise<readonly (readonly Sample[])[]> {
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal]);
  const over = clock.sleep(MOST_TIME, limit, { background: true }).catch(() => undefined);
  const ask = async (index: number): Promise<readonly Sample[]> => {
    const check = result.checks[index];
    if (!check?.history || result.cancelled || numbersOf(result, index).length === 0) return [];
    try {
      return (await Promise.race([check.history(limit), over])) ?? [];
    } catch {
      return [];
    }
  };
  try {
    return await Promise.all(result.checks.map((_, index) => ask(index)));
  } finally {
    stop.abort();
  }
}
