import { runInNewContext } from 'node:vm';
import { errorMessage, UserError } from '../../errors.ts';

/** Characters of a line that patterns see. */
const LONGEST = 2_000;
/** Milliseconds for all lines of a measurement; a sound pattern takes microseconds for each. */
const MOST_TIME = 500;

/** Lines that do not count. */
export interface Ignore {
  /**
   * Which of `lines` do not count.
   * @throws SlowPattern when a pattern takes too long
   */
  of(lines: readonly string[]): ReadonlySet<string>;
}

/** A regular expression that goes back and forth for ever on some line. */
export class SlowPattern extends Error {
  override readonly name = 'SlowPattern';
}

/**
 * @param what is the subject of errors: `The check "logs"`
 * @throws UserError for a pattern that is none
 */
export function ignoring(patterns: readonly string[], what: string): Ignore {
  const compiled = patterns.map((pattern) => {
    try {
      return new RegExp(pattern);
    } catch (error) {
      throw new UserError(
        `${what}: "ignore" has ${JSON.stringify(pattern)}, which is no regular expression of JavaScript: ` +
          `${errorMessage(error)}. Write . [ ( * + ? with a \\ before them where they stand for themselves.`,
        { cause: error },
      );
    }
  });
  return {
    of: (lines) => {
      if (compiled.length === 0 || lines.length === 0) return new Set();
      const short = lines.map((line) => line.slice(0, LONGEST));
      try {
        // Only code in a context of its own can be stopped in the middle of a match.
        const matched: readonly boolean[] = runInNewContext(
          'lines.map((line) => patterns.some((pattern) => pattern.test(line)))',
          { lines: short, patterns: compiled },
          { timeout: MOST_TIME },
        );
        return new Set(lines.filter((_, index) => matched[index]));
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        throw new SlowPattern('a regular expression of "ignore" takes too long', { cause: error });
      }
    },
  };
}
