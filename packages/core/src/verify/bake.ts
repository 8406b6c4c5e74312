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

function named(rules: readonly AlertRule[], say: (rule: AlertRule) => string): string {
  const more = rules.length > NAMED ? ` and ${rules.length - NAMED} more` : '';
  return `${rules.slice(0, NAMED).map(say).join('; ')}${more}`;
}

/**
 * What is to be said to somebody who looks at alerts for `duration` milliseconds; nothing where that is
 * long enough for each of `rules`.
 */
export function remarksOnAlerts(rules: readonly AlertRule[], duration: number): readonly string[] {
  const late = rules.filter((rule) => (slowest(rule)?.fires ?? 0) > duration);
  const needed = durationForRules(late);
  if (needed === undefined) return [];
  const text = named(late, (rule) => {
    const sight = slowest(rule);
    if (!sight) return rule.name;
    const when = formatDuration(sight.fires);
    return `${rule.name} tells of ${subject(sight)} after ${when} at the earliest`;
  });
  const seen = formatDuration(durationForExpressions(late, 0) ?? 0);
  return [
    `The duration (${formatDuration(duration)}) is too short for alerts: ${text}. Set duration: ` +
      `${minutes(needed + MINUTE)}, or add the check rules, which asks the expressions themselves and sees them after ${seen}.`,
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
  const late = rules.filter((rule) => (slowest(rule)?.seen ?? 0) + confirmation > duration);
  const needed = durationForExpressions(late, confirmation);
  if (needed === undefined) return [];
  const text = named(late, (rule) => {
    const sight = slowest(rule);
    if (!sight) return rule.name;
    const when = formatDuration(sight.seen + confirmation);
    return `${rule.name} is found true for ${subject(sight)} after ${when} at the earliest`;
  });
  return [
    `The duration (${formatDuration(duration)}) is too short for some rules: ${text}. Set duration: ${minutes(needed)}.`,
  ];
}
