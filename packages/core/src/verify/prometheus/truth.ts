import { formatDuration } from '../../config/duration.ts';
import type { Observation } from '../check.ts';
import { formatNumber } from './limits.ts';
import { nameOf, type Series, toNumber } from './result.ts';
import type { AlertRule } from './rule.ts';

/** A rule that is asked, told from others of the same name. */
export interface AskedRule extends AlertRule {
  readonly id: string;
}

/** A series for which an alerting rule is true. */
export interface True {
  readonly rule: AskedRule;
  /** By it, it is known again at the next measurement, and after the release. */
  readonly key: string;
  /** `HighErrorRate{namespace="shop"}`. */
  readonly name: string;
  readonly value: string;
}

/** What one measurement of the rules found. */
export interface Found {
  readonly truths: readonly True[];
  /** The rules that were answered. */
  readonly answered: readonly AskedRule[];
}

/** What has been found true, measurement by measurement. */
export interface Memory {
  /** By key: measurements in a row that found it, and when the first of them was, in milliseconds. */
  readonly rows: ReadonlyMap<string, { readonly row: number; readonly since: number }>;
  /** Keys of what was true before the release, and ever since. */
  readonly existing: ReadonlySet<string>;
}

/** Each of `rules` with an id that no other has. */
export function withIds(rules: readonly AlertRule[]): readonly AskedRule[] {
  const uses = new Map<string, number>();
  return rules.map((rule) => {
    const use = (uses.get(rule.name) ?? 0) + 1;
    uses.set(rule.name, use);
    return { ...rule, id: use === 1 ? rule.name : `${rule.name} (${use})` };
  });
}

function belongsTo(key: string, { id }: AskedRule): boolean {
  return key.startsWith(`${id}{`);
}

/** What `rule` is true for, given its answer: Prometheus leaves out whatever its comparison is false for. */
export function truthsOf(rule: AskedRule, series: readonly Series[]): readonly True[] {
  return series.map(({ labels: { __name__: _name, ...labels }, values }) => {
    const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      rule,
      key: `${rule.id}${JSON.stringify(sorted)}`,
      name: nameOf({ ...sorted, __name__: rule.name }),
      value: values[0] ?? '',
    };
  });
}

/**
 * The memory after a measurement. What was true before the release is `existing` until it was false
 * once: if it becomes true again, that is news. Of rules that gave no answer, nothing changes.
 */
export function remember(memory: Memory, { truths, answered }: Found, now: number): Memory {
  const found = new Set(truths.map(({ key }) => key));
  const stays = (key: string): boolean =>
    found.has(key) || !answered.some((rule) => belongsTo(key, rule));
  const rows = new Map([...memory.rows].filter(([key]) => stays(key)));
  for (const key of found) {
    const { row = 0, since = now } = memory.rows.get(key) ?? {};
    rows.set(key, { row: row + 1, since });
  }
  return { rows, existing: new Set([...memory.existing].filter(stays)) };
}

const DETAILS = 30;
const NAMED = 3;

/** When the alert of a rule fires that has been true for `age` milliseconds, as far as we have seen. */
function outlook(rule: AlertRule, age: number): string {
  const left = rule.for - age;
  return left > 0
    ? `its alert would fire in ${formatDuration(left)}`
    : 'its alert fires, or is about to';
}

function shown(value: string): string {
  const number = toNumber(value);
  return Number.isFinite(number) ? formatNumber(number) : value;
}

function describe({ rule, key, name, value }: True, { rows }: Memory, now: number): string {
  const { row = 1, since = now } = rows.get(key) ?? {};
  const times =
    row === 1 ? 'for the first time' : `${row} times in a row, for ${formatDuration(now - since)}`;
  return `${name} is true with the value ${shown(value)}, ${times}; ${outlook(rule, now - since)}`;
}

/** What a measurement of the rules is judged by. */
export interface Judging {
  /** With this measurement. */
  readonly memory: Memory;
  readonly now: number;
  /** So many measurements in a row may find a rule true. */
  readonly limit: number;
}

/** What rules that are true mean; pure. */
export function judgeRules(
  { truths, answered }: Found,
  { memory, now, limit }: Judging,
): Observation {
  const news = truths.filter(({ key }) => !memory.existing.has(key));
  const old = truths.length - news.length;
  const were = `${old} that ${old === 1 ? 'was' : 'were'} true before the release`;
  const rest = old > 0 ? `; ${were} ${old === 1 ? 'does' : 'do'} not count` : '';
  const lasting = news.filter(({ key }) => (memory.rows.get(key)?.row ?? 1) > limit);
  const shared = { retry: true, value: `${news.length} true`, number: news.length };
  if (news.length === 0) {
    const one = answered.length === 1 ? 'the rule is not' : `none of ${answered.length} rules is`;
    return { ...shared, outcome: 'succeeded', message: `${one} true${rest}` };
  }
  const told = lasting.length > 0 ? lasting : news;
  const named = told.slice(0, NAMED).map((one) => describe(one, memory, now));
  const more = news.length > NAMED ? `; ${news.length - NAMED} more` : '';
  const waiting =
    lasting.length > 0 ? '' : `; it fails the check after ${limit + 1} times in a row`;
  return {
    ...shared,
    outcome: lasting.length > 0 ? 'failed' : 'inconclusive',
    message: `${named.join('; ')}${more}${waiting}${rest}`,
    hint: 'Run the expression in Prometheus to see what it counts, and since when.',
    details: news.slice(0, DETAILS).map((one) => describe(one, memory, now)),
  };
}
