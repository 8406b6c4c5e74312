import { countOf } from '../../workload/kinds/count.ts';
import type { Observation } from '../check.ts';
import { type Limit, levelName, shownKinds, tooMany } from './answer.ts';
import { beyondPast, type Heard, type Kind, type Past, withLines } from './kinds.ts';

/** What a search for lines found. */
export interface Found {
  /** How many lines there are. */
  readonly total: number;
  /** The newest of them; all where they are no more than were asked for. */
  readonly lines: readonly { readonly text: string; readonly pod: string | undefined }[];
  /** Which of the lines do not count. */
  readonly ignored: ReadonlySet<string>;
}

/** The kinds of lines that are `total` in truth, of which some were seen. */
export function kindsOf({ total, lines, ignored }: Found): readonly Kind[] {
  const counting = lines.filter(({ text }) => !ignored.has(text));
  const kinds = withLines(
    new Map(),
    counting.map(({ text, pod }) => ({ text, from: pod })),
  );
  const scale = lines.length > 0 && total > lines.length ? total / lines.length : 1;
  return [...kinds.values()].map((kind) => ({ ...kind, count: Math.round(kind.count * scale) }));
}

/**
 * What the lines that were found mean; pure. `undefined` where there are not too many.
 * @param past what was before the release; `unknown` where it would be compared with, and is not known
 */
export function judgeFound(
  found: Found,
  limit: Limit,
  past: Past | 'unknown' | undefined,
  heard: Heard,
): Observation | undefined {
  const { total, lines, ignored } = found;
  if (total <= limit.max) return undefined;
  const kinds = kindsOf(found);
  if (past === 'unknown') {
    return {
      outcome: 'inconclusive',
      retry: true,
      value: countOf(total, 'line'),
      number: total,
      message: `${countOf(total, 'line')} of level ${levelName(limit.level)}, and Elasticsearch has nothing of the earlier pods that they could be compared with`,
      hint: 'Name the release, so that its age is known; and does the index reach back to before it?',
      ...shownKinds(kinds),
    };
  }
  if (past) return tooMany(beyondPast(kinds, past, heard), limit);
  if (ignored.size === 0) return tooMany(kinds, limit, total);
  const counting = lines.filter(({ text }) => !ignored.has(text)).length;
  const seen = tooMany(kinds, limit, counting);
  if (seen || total <= lines.length) return seen;
  return {
    outcome: 'inconclusive',
    retry: true,
    value: countOf(total, 'line'),
    message: `${countOf(total, 'line')} of level ${levelName(limit.level)}, of which the newest ${lines.length} were looked at and ${counting} count`,
    hint: 'Log less of what "ignore" takes out, or keep it out of this index.',
  };
}
