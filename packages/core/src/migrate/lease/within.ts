import { once } from 'node:events';
import type { Clock } from '../../clock.ts';

/** Something that was asked was not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * What `work` gives, unless `signal` aborts or `milliseconds` pass before: what it goes on to do is
 * then nobody's concern.
 */
export async function within<T>(
  work: Promise<T>,
  clock: Clock,
  milliseconds: number | undefined,
  signal?: AbortSignal,
): Promise<T> {
  work.catch(() => undefined);
  signal?.throwIfAborted();
  const stop = new AbortController();
  const { signal: stopped } = stop;
  const others: Promise<never>[] = [];
  if (milliseconds !== undefined) {
    const over = clock.sleep(milliseconds, stopped, { background: true });
    others.push(
      over.then(() => {
        throw new NoAnswerError(`no answer within ${Math.round(milliseconds)} ms`);
      }),
    );
  }
  if (signal) {
    const aborted = once(signal, 'abort', { signal: stopped });
    others.push(
      aborted.then(() => {
        throw signal.reason;
      }),
    );
  }
  try {
    return await Promise.race([work, ...others]);
  } finally {
    for (const promise of others) promise.catch(() => undefined);
    stop.abort();
  }
}
