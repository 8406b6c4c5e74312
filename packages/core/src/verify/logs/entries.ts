import type { Severity } from './level.ts';
import { isException, severityOf } from './severity.ts';

/** Something that a container has said, with what belongs to it. */
export interface Entry {
  readonly severity: Severity;
  /** Its first line; of a Python traceback, with the exception that ends it. */
  readonly text: string;
}

/** Where in a log one is. */
export interface Position {
  /** Whether lines may follow that belong to the entry before, such as those of a stack trace. */
  readonly inEntry: boolean;
  /** Whether a traceback is open, whose last line names the exception. */
  readonly inTraceback: boolean;
}

export const BEGINNING: Position = { inEntry: false, inTraceback: false };

const TRACEBACK = /^Traceback \(most recent call last\):/;
/** Lines of a trace that are not indented. */
const CONTINUED =
  /^(?:\s|at \S|Caused by: |Suppressed: |\.\.\. \d|goroutine \d|created by |During handling of the above|The above exception was |\[signal |main\.|[})\]^])/;

/**
 * The entries of a log that have a level worth speaking of. A stack trace is one with the line before it,
 * however many lines it has, so that one error counts once.
 */
export function entriesOf(
  lines: readonly string[],
  begin: Position = BEGINNING,
): { readonly entries: readonly Entry[]; readonly position: Position } {
  const entries: Entry[] = [];
  let { inEntry, inTraceback } = begin;
  for (const line of lines) {
    const opens = TRACEBACK.test(line);
    if (inTraceback && !opens && line !== '' && !/^\s/.test(line)) {
      const last = entries.at(-1);
      if (last && TRACEBACK.test(last.text)) entries[entries.length - 1] = { ...last, text: line };
      inTraceback = false;
      continue;
    }
    if (inEntry && (line.trim() === '' || opens || CONTINUED.test(line) || isException(line))) {
      inTraceback ||= opens;
      continue;
    }
    const severity = severityOf(line);
    inEntry = severity !== undefined;
    inTraceback = opens;
    if (severity) entries.push({ severity, text: line.trim() });
  }
  return { entries, position: { inEntry, inTraceback } };
}
