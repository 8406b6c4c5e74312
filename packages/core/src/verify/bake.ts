import { formatDuration } from '../config/duration.ts';
import { reachOf, shareThreshold } from './prometheus/reach.ts';
import type { AlertRule } from './prometheus/rule.ts';

/** When a rule sees something. */
export interface Sight {
  /** The share of errors that it sees, from 0 to 1; `undefined` for a rule that is about no share. */
  readonly share: number | undefined;
  /** Milliseconds from the start of the errors until its expression is true. */
  readonly seen: number;
  /** Milliseconds until its alert fires. */
  readonly fires: number;
}

/** Shares of errors of which it is told when they are seen. */
const SHARES = [0.06, 0.1, 0.5, 1];

/** Rules that are named in remarks. */
const NAMED = 5;

const MINUTE = 60_000;

/** No verification is told to last longer. */
const LONGEST = 30 * MINUTE;

/** The first evaluation after `time`. */
function evaluatedAfter(time: number, interval: number): number {
  return (Math.floor(time / interval) + 1) * interval;
}

/**
 * When `rule` sees errors that begin all at once and stay, the smallest share first; pure. A share e of errors
 * has grown to the threshold t of a rate over the range R after R·t/e; the next evaluation finds the
 * expression true, and one after `for` lets the alert fire. A rule that compares no share is taken to need
 * its whole range.
 */
export function sightsOf({ expression, for: time, interval }: AlertRule): readonly Sight[] {
  const reach = reachOf(expression);
  const threshold = shareThreshold(expression);
  const period = Math.max(1, interval);
  const shares = SHARES.filter((share) => threshold !== undefined && share > threshold);
  const at = (share: number | undefined, seen: number): Sight => ({
    share,
    seen,
    fires: evaluatedAfter(seen, period) + Math.ceil(time / period) * period,
  });
  if (threshold === undefined || shares.length === 0) return [at(undefined, reach)];
  return shares.map((share) => at(share, Math.round((reach * Math.max(0, threshold)) / share)));
}

function slowest(rule: AlertRule): Sight | undefined {
  return [...sightsOf(rule)].sort((a, b) => b.fires - a.fires)[0];
}

/**
 * How long a verification must last until each of `rules` would have fired, for the smallest share of
 * errors that it is to see; in milliseconds. `undefined` without rules.
 */
export function durationForRules(rules: readonly AlertRule[]): number | undefined {
  const times = rules.map((rule) => slowest(rule)?.fires ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * How long a verification must last until the check rules, which does not wait for `for`, has found each
 * of `rules` true so often that it fails; in milliseconds. `undefined` without rules.
 * @param confirmation milliseconds from the first time that a rule is found true to that failure
 */
export function durationForExpressions(
  rules: readonly AlertRule[],
  confirmation: number,
): number | undefined {
  const times = rules.map((rule) => slowest(rule)?.seen ?? 0);
  return times.length === 0 ? undefined : Math.max(...times) + confirmation;
}

/** `6 % errors`. */
function subject({ share }: Sight): string {
  return share === undefined ? 'what it is about' : `${Math.round(share * 100)} % errors`;
}

function minutes(milliseconds: number): string {
  return `${Math.ceil(milliseconds / MINUTE)}m`;
}

function named<T>(items: readonly T[], say: (item: T) => string): string {
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : '';
  return `${items.slice(0, NAMED).map(say).join('; ')}${more}`;
}

/** Those of `rules` that need longer than `duration`, by how long they need. */
function tooLate(
  rules: readonly AlertRule[],
  time: (sight: Sight) => number,
  duration: number,
): readonly (readonly [AlertRule, Sight])[] {
  return rules
    .flatMap((rule) => {
      const sight = slowest(rule);
      return sight && time(sight) > duration ? [[rule, sight] as const] : [];
    })
    .sort(([, a], [, b]) => time(a) - time(b));
}

/** The duration that is enough for those of `times` for which anybody would wait; empty for none. */
function advice(times: readonly number[]): string {
  const bearable = times.filter((time) => time <= LONGEST);
  return bearable.length === 0 ? '' : `set duration: ${minutes(Math.max(...bearable))}`;
}

/**
 * What is to be said to somebody who looks at alerts for `duration` milliseconds; nothing where that is
 * long enough for each of `rules`.
 */
export function remarksOnAlerts(rules: readonly AlertRule[], duration: number): readonly string[] {
  const late = tooLate(rules, ({ fires }) => fires, duration);
  const [first] = late;
  if (!first) return [];
  const text = named(
    late,
    ([{ name }, sight]) =>
      `${name} tells of ${subject(sight)} after ${formatDuration(sight.fires)} at the earliest`,
  );
  const longer = advice(late.map(([, { fires }]) => fires + MINUTE));
  const seen = formatDuration(first[1].seen);
  const instead = `add the check rules, which asks the expressions themselves, and sees the first of these after ${seen}`;
  return [
    `The duration (${formatDuration(duration)}) is too short for alerts: ${text}. ` +
      `To see them, ${[longer, instead].filter((way) => way !== '').join(', or ')}.`,
  ];
}

/**
 * The same for somebody who asks the expressions of `rules` themselves.
 * @param confirmation as for {@link durationForExpressions}
 */
export function remarksOnExpressions(
  rules: readonly AlertRule[],
  duration: number,
  confirmation: number,
): readonly string[] {
  const time = ({ seen }: Sight): number => seen + confirmation;
  const late = tooLate(rules, time, duration);
  if (late.length === 0) return [];
  const text = named(
    late,
    ([{ name }, sight]) =>
      `${name} is found true for ${subject(sight)} after ${formatDuration(time(sight))} at the earliest`,
  );
  const longer = advice(late.map(([, sight]) => time(sight)));
  return [
    `The duration (${formatDuration(duration)}) is too short for some rules: ${text}.` +
      (longer === '' ? '' : ` To see them, ${longer}.`),
  ];
}
