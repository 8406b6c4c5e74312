/** The levels that a check may ask for, the mildest first. */
export const SEVERITIES = ['warn', 'error', 'fatal'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether `severity` is `level` or worse. */
export function isAtLeast(severity: Severity, level: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
}

/** What loggers call their levels; those that are good are here so that they are known for levels. */
const WORDS: Readonly<Record<Severity | 'lower', readonly string[]>> = {
  fatal: [
    'fatal',
    'critical',
    'crit',
    'alert',
    'emerg',
    'emergency',
    'panic',
    'dpanic',
    'ftl',
    'pnc',
  ],
  error: ['error', 'err', 'severe', 'eror', 'fail'],
  warn: ['warn', 'warning', 'wrn'],
  lower: [
    ...['info', 'inf', 'information', 'notice', 'note', 'log', 'hint', 'config', 'success'],
    ...['debug', 'dbg', 'dbug', 'verbose', 'fine', 'finer', 'finest', 'trace', 'trc', 'trce'],
  ],
};

const BY_WORD: ReadonlyMap<string, Severity | 'lower'> = new Map(
  (Object.keys(WORDS) as (Severity | 'lower')[]).flatMap((level) =>
    WORDS[level].map((word) => [word, level] as const),
  ),
);

/** What a word means as a level; `lower` for those that nobody asks for, `undefined` for none. */
export function levelOfWord(word: string): Severity | 'lower' | undefined {
  return BY_WORD.get(word.trim().toLowerCase());
}

/**
 * What a number means as a level: pino's and bunyan's from 10 (60 fatal, 50 error, 40 warn), syslog's up
 * to 7 (RFC 5424: 0 to 2 critical and worse, 3 error, 4 warning).
 */
export function levelOfNumber(number: number): Severity | 'lower' {
  if (number >= 60) return 'fatal';
  if (number >= 50) return 'error';
  if (number >= 40) return 'warn';
  if (number > 7 || number > 4 || number < 0) return 'lower';
  if (number === 4) return 'warn';
  return number === 3 ? 'error' : 'fatal';
}

/** The words by which `level` and worse are called, in each case that loggers write. */
export function wordsFrom(level: Severity): readonly string[] {
  return SEVERITIES.filter((one) => isAtLeast(one, level))
    .flatMap((one) => WORDS[one])
    .flatMap((word) => [word, word.toUpperCase(), `${word[0]?.toUpperCase()}${word.slice(1)}`]);
}

/** From which of pino's numbers on a line is of `level` or worse. */
export function numberFrom(level: Severity): number {
  return { warn: 40, error: 50, fatal: 60 }[level];
}
