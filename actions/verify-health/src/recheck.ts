import type { CheckConfig } from '@paal/core/config/check-schema';
import type { Release } from '@paal/core/release/release';
import type { RollbackTarget } from '@paal/core/rollback/target';
import type { Check } from '@paal/core/verify/check';
import { DEFAULT_INTERVAL, type Schedule } from '@paal/core/verify/schedule';

/** A release that served before need not prove itself for long; milliseconds. */
const MOST_TIME = 120_000;
/** But it may need a moment until it is reached; milliseconds. */
const LEAST_TIME = 10_000;

/**
 * How the checks are asked again after a rollback: as often as before, for as long as before, but
 * within bounds, and so that all successes fit that fitted before. Pure.
 */
export function recheckSchedule(
  { duration, interval }: Schedule,
  checks: readonly Pick<Check, 'successes'>[],
): Schedule {
  const most = Math.max(...checks.map(({ successes = 1 }) => successes));
  const rhythm = interval || DEFAULT_INTERVAL;
  const bound = Math.max(MOST_TIME, most * rhythm);
  return { interval: rhythm, duration: Math.min(Math.max(duration, LEAST_TIME), bound) };
}

/**
 * A check as it is asked after a rollback: good as soon as it was good once, or as often in a row as it
 * asks for; and asked again when it is bad, because a query may look back on the time before.
 */
export function asRecheck(check: Check): Check {
  return {
    ...check,
    successes: check.successes ?? 1,
    failureLimit: Infinity,
    warmsUp: true,
    initialDelay: 0,
    measure: async (signal) => {
      const observation = await check.measure(signal);
      return observation.outcome === 'failed' ? { ...observation, retry: true } : observation;
    },
  };
}

/**
 * What must answer after a rollback, where that is known: `given`, the version that was verified, was
 * the one that the ledger calls the failed release by, and all that is gone back to has one version.
 * Pure.
 */
export function versionAfter(
  given: string | undefined,
  failed: Pick<Release, 'version'>,
  { sources }: Pick<RollbackTarget, 'sources'>,
): string | undefined {
  if (given === undefined || failed.version !== given) return undefined;
  const [version, ...others] = new Set([...sources.values()].map((one) => one.version));
  return others.length === 0 ? version || undefined : undefined;
}

const VERSION = /\{\{\s*version\s*\}\}/;

function mentionsVersion(value: unknown): boolean {
  return VERSION.test(JSON.stringify(value));
}

/** A check that asks for no version; `undefined` where nothing is left of it. */
function withoutVersion(check: CheckConfig): CheckConfig | undefined {
  if (!mentionsVersion(check)) return check;
  if (!check.http) return undefined;
  const json = Object.entries(check.http.json).filter((entry) => !mentionsVersion(entry));
  const rest = { ...check, http: { ...check.http, json: Object.fromEntries(json) } };
  return mentionsVersion(rest) ? undefined : rest;
}

/** The checks as they can be asked when it is not known which version must answer. */
export interface Versionless {
  readonly checks: readonly CheckConfig[];
  /** What is not asked, one phrase each. */
  readonly leftOut: readonly string[];
}

/**
 * Leaves out what asks for `{{version}}`: the values of an answer, or else the check.
 * @param names of the checks, in their order
 */
export function withoutVersions(
  checks: readonly CheckConfig[],
  names: readonly string[],
): Versionless {
  const leftOut: string[] = [];
  const kept = checks.flatMap((check, index) => {
    const rest = withoutVersion(check);
    const name = names[index] ?? '';
    if (!rest) leftOut.push(`the check "${name}"`);
    else if (rest !== check) leftOut.push(`the version in "${name}"`);
    return rest ?? [];
  });
  return { checks: kept, leftOut };
}
