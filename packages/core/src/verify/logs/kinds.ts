import type { JsonValue } from '../check.ts';
import { signatureOf } from './signature.ts';

/** Lines that are alike but for their numbers, times and names. */
export interface Kind {
  readonly signature: string;
  readonly count: number;
  /** The first of them. */
  readonly example: string;
  /** Who said it: `web of web-abc`; `undefined` where that is not known. */
  readonly from: string | undefined;
}

/** Kinds by their signatures. */
export type Kinds = ReadonlyMap<string, Kind>;

/** A line, and who said it. */
export interface SaidLine {
  readonly text: string;
  readonly from: string | undefined;
}

/** More kinds than this are no kinds; the others are counted as one. */
const MOST_KINDS = 500;
const OTHERS = '(other lines)';
const MOST_KEPT = 200;

/** `kinds` with `lines` counted in. Pure. */
export function withLines(kinds: Kinds, lines: readonly SaidLine[]): Kinds {
  const all = new Map(kinds);
  for (const { text, from } of lines) {
    const own = signatureOf(text);
    const signature = all.has(own) || all.size < MOST_KINDS ? own : OTHERS;
    const kind = all.get(signature) ?? { signature, count: 0, example: text, from };
    all.set(signature, { ...kind, count: kind.count + 1 });
  }
  return all;
}

/** How many lines all kinds have. */
export function totalOf(kinds: Iterable<Kind>): number {
  let total = 0;
  for (const { count } of kinds) total += count;
  return total;
}

/** What was logged before a release, and in which time. */
export interface Past {
  /** Minutes of all pods together. */
  readonly minutes: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** What a check keeps before a release. */
export function toKeep({ minutes, counts }: Past): JsonValue {
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_KEPT);
  return { minutes, kinds: Object.fromEntries(most) };
}

function pastOf(value: JsonValue): Past | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { minutes, kinds } = value as { readonly [key: string]: JsonValue };
  if (typeof minutes !== 'number' || typeof kinds !== 'object' || kinds === null) return undefined;
  const counts = Object.entries(kinds).filter((kind): kind is [string, number] => {
    return typeof kind[1] === 'number';
  });
  return { minutes, counts: new Map(counts) };
}

/**
 * What was kept before a release. Each measurement keeps all that was known by then, so that the one of
 * the longest time says most; kinds that only another has are added.
 */
export function keptPast(values: readonly JsonValue[] | undefined): Past | undefined {
  const all = (values ?? []).map(pastOf).filter((past) => past !== undefined);
  const [longest] = all.toSorted((a, b) => b.minutes - a.minutes);
  if (!longest) return undefined;
  const counts = new Map<string, number>();
  for (const past of [...all.filter((one) => one !== longest), longest]) {
    for (const [signature, count] of past.counts) counts.set(signature, count);
  }
  return { minutes: longest.minutes, counts };
}

/** So many times as often as before is more than before. */
const MORE = 3;

/** How much was heard of whom. */
export interface Heard {
  /** Minutes of all pods together. */
  readonly minutes: number;
  readonly pods: number;
}

/**
 * The kinds that count when compared with what was before: those that are new, and those that come more
 * than three times as often per minute of a pod. A few times are no rate, so each pod may say what is
 * known three times whatever the rate. Pure.
 */
export function beyondPast(kinds: Iterable<Kind>, past: Past, { minutes, pods }: Heard): Kind[] {
  return [...kinds].filter(({ signature, count }) => {
    const before = past.counts.get(signature);
    if (before === undefined) return true;
    const expected = past.minutes > 0 ? (before / past.minutes) * minutes : 0;
    return count > MORE * Math.max(expected, pods);
  });
}
