import { countOf } from '../../workload/kinds/count.ts';
import type { Observation } from '../check.ts';
import { oneLine } from '../text.ts';
import { type Kind, totalOf } from './kinds.ts';
import type { Severity } from './level.ts';

const MOST_DETAILS = 20;
const MOST_NAMED = 3;
const LONGEST_LINE = 300;
const LONGEST_NAME = 100;

/** What is too much, in words: `≤ 0 lines of level error or worse`. */
export function thresholdOf(max: number, level: Severity, compared: boolean): string {
  const kind = compared ? ' that were not there before the release' : '';
  return `≤ ${countOf(max, 'line')} of level ${levelName(level)}${kind}`;
}

/** `error or worse`. */
export function levelName(level: Severity): string {
  return level === 'fatal' ? 'fatal' : `${level} or worse`;
}

function told({ count, signature, example, from }: Kind): string {
  return `${count} × ${signature} — ${from ? `${from}: ` : ''}${oneLine(example, LONGEST_LINE)}`;
}

/** What of an observation shows the kinds of lines, the most frequent first. */
export function shownKinds(kinds: readonly Kind[]): Pick<Observation, 'details' | 'excerpt'> {
  if (kinds.length === 0) return {};
  const sorted = kinds.toSorted((a, b) => b.count - a.count);
  return {
    details: sorted.slice(0, MOST_DETAILS).map(told),
    excerpt: sorted
      .slice(0, MOST_NAMED)
      .map(({ example }) => oneLine(example, LONGEST_LINE))
      .join('\n'),
  };
}

/** What is and how much of it is too much. */
export interface Limit {
  readonly level: Severity;
  readonly max: number;
  /** Whether only lines count whose like was not there before. */
  readonly compared: boolean;
}

/**
 * The observation of too many lines; `undefined` where there are not.
 * @param total how many they are, where more were counted than `kinds` has
 */
export function tooMany(
  kinds: readonly Kind[],
  { level, max, compared }: Limit,
  total = totalOf(kinds),
): Observation | undefined {
  if (total <= max) return undefined;
  const sorted = kinds.toSorted((a, b) => b.count - a.count);
  const names = sorted
    .slice(0, MOST_NAMED)
    .map(({ count, signature }) => `${count} × ${oneLine(signature, LONGEST_NAME)}`);
  const more = sorted.length > MOST_NAMED ? `, and ${sorted.length - MOST_NAMED} more kinds` : '';
  const [first] = kinds;
  const from = first?.from ? `, said by ${first.from}` : '';
  const example = first ? `; the first: ${oneLine(first.example, LONGEST_LINE)}${from}` : '';
  const news = compared ? ', new or more frequent than before the release' : '';
  return {
    outcome: 'failed',
    retry: compared,
    value: countOf(total, 'line'),
    number: total,
    message: `${countOf(total, 'line')} of level ${levelName(level)}${news}, tolerated ${max}: ${names.join(', ')}${more}${example}`,
    hint: 'Look at the lines; "ignore" takes out those that are no errors, "max" tolerates some, "baseline: before" those of before.',
    ...shownKinds(kinds),
  };
}
