import * as z from 'zod';
import type { JsonValue } from '../check.ts';
import type { Alert } from './alert.ts';

/** What says whether an alert began after the release. */
export interface Beginning {
  /** When each alert had begun that was there before, by fingerprint; `undefined` where nobody looked. */
  readonly known: ReadonlyMap<string, number> | undefined;
  /** The server's time when that was looked at last, in epoch milliseconds. */
  readonly looked?: number | undefined;
  /** Milliseconds since the release began; `undefined` where no release is known. */
  readonly releaseAge: number | undefined;
  /** The server's time when it gave the alerts, in epoch milliseconds; `undefined` where it does not say. */
  readonly now: number | undefined;
}

/**
 * What two ages may differ by without meaning anything, milliseconds: each comes from a clock of its own
 * that tells whole seconds. In doubt an alert counts.
 */
export const SLACK = 2_000;

/**
 * When an alert began: before the release, after it, or after it although it had been there before.
 * Of the last nobody can say whether the release has to do with it: alerts flap, and while pods are
 * replaced, the series that they look at have gaps.
 */
export type Began = 'before' | 'after' | 'anew';

/**
 * When `alert` began; `undefined` where that cannot be told. One that had begun when somebody looked began
 * before, also when it was told late. For those that nobody has seen, ages are compared, each by the clock
 * of its own server, so that no two clocks have to agree.
 */
export function whenBegan(
  { fingerprint, startsAt }: Pick<Alert, 'fingerprint' | 'startsAt'>,
  { known, looked, releaseAge, now }: Beginning,
): Began | undefined {
  const before = known?.get(fingerprint);
  if (before !== undefined) return startsAt <= before ? 'before' : 'anew';
  if (looked !== undefined && startsAt < looked - SLACK) return 'before';
  if (releaseAge === undefined) return known === undefined ? undefined : 'after';
  if (now === undefined) return undefined;
  return now - startsAt <= releaseAge + SLACK ? 'after' : 'before';
}

const keptSchema = z.object({
  alerts: z.record(z.string(), z.number()),
  now: z.number().optional(),
});

/** What a later verification has to know of the alerts that are there now. */
export function keepAlerts(alerts: readonly Alert[], now: number | undefined): JsonValue {
  return {
    ...(now === undefined ? {} : { now }),
    alerts: Object.fromEntries(alerts.map(({ fingerprint, startsAt }) => [fingerprint, startsAt])),
  };
}

/** What was kept in several measurements, together: the latest of each alert, and of the server's time. */
export function keptAlerts(kept: readonly JsonValue[]): Pick<Beginning, 'known' | 'looked'> {
  let looked: number | undefined;
  const known = new Map<string, number>();
  for (const one of kept) {
    const { alerts = {}, now } = keptSchema.safeParse(one).data ?? {};
    if (now !== undefined) looked = Math.max(now, looked ?? now);
    for (const [fingerprint, startsAt] of Object.entries(alerts)) {
      known.set(fingerprint, Math.max(startsAt, known.get(fingerprint) ?? -Infinity));
    }
  }
  return { known, looked };
}
