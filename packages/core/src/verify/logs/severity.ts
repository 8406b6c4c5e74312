import { jsonSeverity } from './json-line.ts';
import { levelOfWord, type Severity } from './level.ts';

/** Characters of a line that are looked at; a level stands in front. */
const LONGEST_LOOK = 2_000;
/** So many words, such as a time, a thread and a logger, may stand before the level. */
const MOST_WORDS_BEFORE = 8;

/** Sequences that colour a terminal (ECMA-48); a log may have them around its level. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with the control character ESC
const COLOURS = /\u001b\[[0-9;]{0,20}[A-Za-z]/g;

/** `line` without what colours it on a terminal. */
export function withoutColours(line: string): string {
  return line.includes('\u001b') ? line.replace(COLOURS, '') : line;
}

/** `level=error`, in logfmt (https://brandur.org/logfmt) and what is like it. */
const LOGFMT =
  /(?:^|[\s,{])(?:level|lvl|severity|log\.level)\s?=\s?"?([A-Za-z]{3,10})"?(?=[\s,}]|$)/;
/** klog and glog: https://github.com/kubernetes/klog, "Lmmdd hh:mm:ss.uuuuuu threadid file:line] msg". */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,10} [^\s\]]{1,100}:\d{1,7}\]/;
const KLOG_LEVELS: Readonly<Record<string, Severity>> = { W: 'warn', E: 'error', F: 'fatal' };

/** What stands at the beginning of a line when a program falls. */
const CRASHES: readonly (readonly [pattern: RegExp, severity: Severity])[] = [
  [/^panic: \S/, 'fatal'],
  [/^fatal error: \S/i, 'fatal'],
  [/^Exception in thread /, 'fatal'],
  [/^thread '[^']{0,100}' (?:\(\d+\) )?panicked at /, 'fatal'],
  [/^terminate called (?:after throwing|without an active)/, 'fatal'],
  [/^Segmentation fault\b/, 'fatal'],
  [
    /^(?:\(node:\d{1,10}\) )?(?:Unhandled|Uncaught)\s?(?:Promise ?Rejection|rejection|exception|error|\w{0,60}Error\b)/i,
    'fatal',
  ],
  [/^(?:\(node:\d{1,10}\) )?(?:\[\w{1,20}\] )?\w{0,60}Warning: \S/, 'warn'],
  [/^Traceback \(most recent call last\):/, 'error'],
  [/^PHP (?:Fatal|Parse) error: /, 'fatal'],
  [/^PHP Warning: /, 'warn'],
  [/^npm (?:ERR!|error) \S/, 'error'],
];

/** `java.lang.IllegalStateException`, `TypeError: x is undefined`: where a stack trace starts. */
const EXCEPTION =
  /^(?:[\w$]{1,60}[.:\\]{1,2}){0,12}[\w$]{0,80}(?:Error|Exception)(?: \[\w{1,60}\])?: \S|^(?:[\w$]{1,60}\.){1,12}[\w$]{1,80}(?:Error|Exception)$/;

/** Whether `line` is the first of a stack trace that names an exception. */
export function isException(line: string): boolean {
  return EXCEPTION.test(line.slice(0, LONGEST_LOOK)) && !saysNone(afterColon(line));
}

function afterColon(line: string): string {
  const colon = line.indexOf(': ');
  return colon < 0 ? 'x' : line.slice(colon + 2);
}

/** What is told about errors while there is none: `ERROR: 0`, `Errors: none`, `ERROR COUNT 3`. */
const NONE = /^[\s:=|-]{0,20}(?:(?:0+|no|none|null|nil|false|undefined|n\/a)?[\s.,;]{0,20}$)/i;
const ABOUT =
  /^[\s:_-]{0,5}(?:counts?|rates?|counter|handler|handling|levels?|logs?|reporting|pages?|budget|threshold|metrics?|codes?)\b/i;

function saysNone(rest: string): boolean {
  return NONE.test(rest) || ABOUT.test(rest);
}

/** Words that may stand before a level: times, numbers, threads in brackets, names of loggers. */
const BEFORE =
  /^(?:\S{0,80}\d\S{0,80}|[[(<{].{0,120}|[-|:•·#>*]{1,5}|Z|UTC|GMT|[AP]M|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},?|[DIWEF],|(?:[\w$-]{1,60}[./]){1,12}[\w$-]{1,60}:?)$/;

/** The words of the beginning of a line; what is in brackets is one. */
function* words(line: string): Generator<{ readonly word: string; readonly end: number }> {
  // Each alternative begins with another character, and is bounded, so that none is tried for long.
  const pattern = /\[[^\]]{0,120}\]:?|\([^)]{0,120}\)|[^\s[(]{1,200}|[[(]/g;
  for (const match of line.matchAll(pattern)) {
    yield { word: match[0], end: match.index + match[0].length };
  }
}

/** A level in one pair of brackets with the time: `[03:04:05 ERR]`. */
const TIMED = /^\[\d[\d\s:.,TZ+-]{4,40}[\s:]([A-Z]{3,9})(?:\/[\w-]{1,60})?\]$/;

/** What a word in front says: `ERROR`, `[error]`, `<ERROR>`, `error:`, `|ERROR|`, `E`. */
function levelInFront(word: string, rest: string): Severity | 'lower' | undefined {
  const bracketed = /^\[(?:[\w-]{1,30}:)?([A-Za-z]{3,9})\s{0,10}\]:?$|^<([A-Za-z]{3,9})>$/.exec(
    word,
  );
  if (bracketed) return levelOfWord(bracketed[1] ?? bracketed[2] ?? '');
  const timed = TIMED.exec(word);
  if (timed) return levelOfWord(timed[1] ?? '');
  const plain = /^\|?([A-Za-z]{3,9})(:|\||,|$)/.exec(word);
  if (!plain) return undefined;
  const [whole, name = '', mark] = plain;
  const level = levelOfWord(name);
  if (level === undefined) return undefined;
  const upper = name === name.toUpperCase();
  // A word of prose is no level: only one that is shouted, or that stands before a colon.
  if (!upper && mark !== ':' && mark !== '|' && !/^\s{1,5}\|/.test(rest)) return undefined;
  const said = word.slice(whole.length) + rest;
  return saysNone(said) ? 'lower' : level;
}

function severityInFront(line: string): Severity | undefined {
  let before = 0;
  for (const { word, end } of words(line)) {
    const level = levelInFront(word, line.slice(end));
    if (level !== undefined) return level === 'lower' ? undefined : level;
    before += 1;
    if (before > MOST_WORDS_BEFORE || !BEFORE.test(word)) return undefined;
  }
  return undefined;
}

/**
 * How bad the line of a log is by what it says itself: the level of JSON and logfmt, that of klog, a
 * level in front, or the beginning of a crash. `undefined` for lower levels, and where there is no level:
 * a line that merely speaks about errors is none. Pure.
 */
export function severityOf(raw: string): Severity | undefined {
  const whole = withoutColours(raw).trim();
  if (whole.startsWith('{')) {
    const json = jsonSeverity(whole);
    if (json.known) return json.severity;
    if (json.message === undefined) return undefined;
    return textSeverity(json.message);
  }
  return textSeverity(whole);
}

function textSeverity(whole: string): Severity | undefined {
  const line = whole.slice(0, LONGEST_LOOK);
  const klog = KLOG.exec(line)?.[1];
  if (klog !== undefined) return KLOG_LEVELS[klog];
  const logfmt = LOGFMT.exec(line)?.[1];
  const named = logfmt === undefined ? undefined : levelOfWord(logfmt);
  if (named !== undefined) return named === 'lower' ? undefined : named;
  for (const [pattern, severity] of CRASHES) {
    if (pattern.test(line)) return severity;
  }
  return severityInFront(line) ?? (isException(line) ? 'error' : undefined);
}
