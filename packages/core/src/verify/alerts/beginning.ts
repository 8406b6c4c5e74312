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
 * Whether `alert` began after the release; `undefined` where that cannot be told. An alert that was there
 * before did not, unless it has begun anew since; nor did one that had begun by then, and was told late.
 * For others ages are compared, each by the clock of its
 * own server, so that no two clocks have to agree.
 */
export function beganAfter(
  { fingerprint, startsAt }: Pick<Alert, 'fingerprint' | 'startsAt'>,
  { known, looked, releaseAge, now }: Beginning,
): boolean | undefined {
  const before = known?.get(fingerprint);
  if (before !== undefined && startsAt <= before) return false;
  if (looked !== undefined && startsAt < looked - SLACK) return false;
  if (releaseAge === undefined) return known === undefined ? undefined : true;
  if (now === undefined) return undefined;
  return now - startsAt <= releaseAge + SLACK;
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
