import type { Clock } from '../../clock.ts';
import type { BatchOptions } from './migration.ts';

/** A limit to the pace. */
export type Throttle = NonNullable<BatchOptions['throttle']>;

/**
 * Milliseconds to wait before the next batch: a bucket of tokens that holds one batch, so that what a
 * slow batch left over is not made up for by faster ones.
 * @param batch how many documents the last one had, and when it began and ended
 */
export function pauseAfter(
  throttle: Throttle | undefined,
  batch: { readonly documents: number; readonly begun: number; readonly ended: number },
): number {
  if (!throttle) return 0;
  if ('pauseMilliseconds' in throttle) return throttle.pauseMilliseconds;
  const due = batch.begun + (batch.documents / throttle.documentsPerSecond) * 1_000;
  return Math.max(0, due - batch.ended);
}

/** Waits for as long as the throttle says; rejects with the signal's reason when that comes first. */
export async function holdBack(
  throttle: Throttle | undefined,
  batch: { readonly documents: number; readonly begun: number },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pause = pauseAfter(throttle, { ...batch, ended: clock.now() });
  if (pause > 0) await clock.sleep(pause, signal);
}
