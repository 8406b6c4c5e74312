import * as z from 'zod';
import type { JsonValue } from '../check.ts';
import type { Alert } from './alert.ts';

/** What says whether an alert began after the release. */
export interface Beginning {
  /** When each alert had begun that was there before, by fingerprint; `undefined` where nobody looked. */
  readonly known: ReadonlyMap<string, number> | undefined;
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
 * before did not, unless it has begun anew since. For others ages are compared, each by the clock of its
 * own server, so that no two clocks have to agree.
 */
export function beganAfter(
  { fingerprint, startsAt }: Pick<Alert, 'fingerprint' | 'startsAt'>,
  { known, releaseAge, now }: Beginning,
): boolean | undefined {
  const before = known?.get(fingerprint);
  if (before !== undefined && startsAt <= before) return false;
  if (releaseAge === undefined) return known === undefined ? undefined : true;
  if (now === undefined) return undefined;
  return now - startsAt <= releaseAge + SLACK;
}

const keptSchema = z.object({ alerts: z.record(z.string(), z.number()) });

/** What a later verification has to know of the alerts that are there now. */
export function keepAlerts(alerts: readonly Alert[]): JsonValue {
  return {
    alerts: Object.fromEntries(alerts.map(({ fingerprint, startsAt }) => [fingerprint, startsAt])),
  };
}

/** What was kept in several measurements, together: the latest beginning of each alert. */
export function keptAlerts(kept: readonly JsonValue[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const one of kept) {
    const { alerts = {} } = keptSchema.safeParse(one).data ?? {};
    for (const [fingerprint, startsAt] of Object.entries(alerts)) {
      known.set(fingerprint, Math.max(startsAt, known.get(fingerprint) ?? -Infinity));
    }
  }
  return known;
}
