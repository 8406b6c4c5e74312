import { formatDuration } from '@paal/core/config/duration';
import type { Measurement } from '@paal/core/verify/check';
import type { CheckVerdict, Verdict } from '@paal/core/verify/judge';

/** Milliseconds between two lines while nothing changes. */
const QUIET = 15_000;

const WORDS: Readonly<Record<CheckVerdict['status'], string>> = {
  succeeded: 'good',
  inconclusive: 'says nothing',
  error: 'cannot be asked',
  failed: 'bad',
};

function describe(name: string, { outcome, message }: Measurement): string {
  return `${name}: ${WORDS[outcome]}: ${message}`;
}

/**
 * Lines for the log: a check's first measurement, its changes and its verdict, remarks of the
 * provider once, and one line every 15 s while nothing of that happens.
 */
export class Progress {
  readonly #print: (line: string) => void;
  readonly #duration: number;
  readonly #last = new Map<number, string>();
  readonly #decided = new Set<number>();
  readonly #remarks = new Set<string>();
  #printedAt = 0;

  constructor(duration: number, print: (line: string) => void) {
    this.#duration = duration;
    this.#print = print;
  }

  /** Takes note of a measurement and of the verdict that it led to. */
  report(measurement: Measurement, verdict: Verdict): void {
    const { check: index, at, took, outcome, value, warnings = [] } = measurement;
    const check = verdict.checks[index];
    if (!check) return;
    const now = at + took;
    // A good value that moves is no news; another status or another fault is.
    const state = outcome === 'succeeded' ? outcome : `${outcome} ${value}`;
    const lines: string[] = [];
    if (this.#last.get(index) !== state) {
      lines.push(`${formatDuration(at)}  ${describe(check.name, measurement)}`);
    }
    this.#last.set(index, state);
    for (const remark of warnings.filter((text) => !this.#remarks.has(text))) {
      this.#remarks.add(remark);
      lines.push(`${formatDuration(now)}  ${check.name}: remark: ${remark}`);
    }
    if (check.decided && !this.#decided.has(index)) {
      this.#decided.add(index);
      lines.push(`${formatDuration(now)}  ${check.name}: ${check.status}: ${check.reason}`);
    }
    if (lines.length === 0 && now - this.#printedAt >= QUIET) {
      const { checks } = verdict;
      lines.push(
        `${formatDuration(now)} of ${formatDuration(this.#duration)}: ` +
          `${this.#decided.size} of ${checks.length} checks decided; ` +
          describe(check.name, measurement),
      );
    }
    for (const line of lines) this.#print(line);
    if (lines.length > 0) this.#printedAt = now;
  }
}
