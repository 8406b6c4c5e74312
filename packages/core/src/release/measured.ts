import { newestFirst } from './history.ts';
import type { Release } from './release.ts';

/** What the checks of a verification measured, one number each, by the check's type and name. */
export type Measured = Readonly<Record<string, number>>;

/** A verification with more checks keeps those that come first. */
const MOST_CHECKS = 30;
/** All annotations of an object share 256 KiB, and the names of workloads may take most of them. */
const MOST_BYTES = 8 * 1024;
/** A later verification compares with the numbers; nobody needs more digits for that. */
const DIGITS = 6;
/** Releases whose numbers are compared with. */
const MOST_RELEASES = 5;

/**
 * `measured` as it stands in the ledger: finite numbers alone, as many as fit. `undefined` where there are
 * none.
 */
export function writeMeasured(measured: Measured): string | undefined {
  const kept: Record<string, number> = {};
  let bytes = '{}'.length;
  for (const [key, value] of Object.entries(measured)) {
    const rounded = Number(value.toPrecision(DIGITS));
    if (!Number.isFinite(rounded) || Object.keys(kept).length === MOST_CHECKS) continue;
    bytes += Buffer.byteLength(`${JSON.stringify(key)}:${JSON.stringify(rounded)},`);
    if (bytes > MOST_BYTES) break;
    kept[key] = rounded;
  }
  return Object.keys(kept).length === 0 ? undefined : JSON.stringify(kept);
}

/** Reads what {@link writeMeasured} wrote; `undefined` for what it did not write. */
export function readMeasured(text: string): Measured | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const isNumber = (entry: readonly [string, unknown]): entry is [string, number] =>
      typeof entry[1] === 'number' && Number.isFinite(entry[1]);
    const numbers = Object.entries(value).filter(isNumber);
    return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
  } catch {
    return undefined;
  }
}

/**
 * What the check `key` measured of the last five verified releases below `number`, newest first; fewer
 * where it was not asked, or is not known any more. Pure.
 */
export function measuredBefore(
  releases: readonly Release[],
  number: number,
  key: string,
): readonly number[] {
  return newestFirst(releases)
    .filter((one) => one.status === 'verified' && one.number < number)
    .slice(0, MOST_RELEASES)
    .flatMap(({ measured = {} }) => (Object.hasOwn(measured, key) ? [measured[key] ?? 0] : []));
}
