import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { didYouMean } from '../../config/names.ts';
import { errorMessage, formatPosition, UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import { oneLine } from '../text.ts';
import type { QueryAnswer } from './answers.ts';
import { type Answer, type Prometheus, refused } from './api.ts';
import { seriesOf } from './result.ts';
import type { AlertRule } from './rule.ts';
import { type RuleFile, readRuleFile } from './rule-file.ts';
import { type AskedRule, type Found, type True, truthsOf } from './truth.ts';

const AT_ONCE = 8;

/**
 * Those of `all` with one of `names`.
 * @param source who has them: `rules.yml`
 * @throws UserError for a name that no rule has, and where there is no rule at all
 */
export function chosenRules(
  all: readonly AlertRule[],
  names: readonly string[] | undefined,
  what: string,
  source: string,
): readonly AlertRule[] {
  if (all.length === 0) throw new UserError(`${what}: ${source} has no alerting rules.`);
  const known = [...new Set(all.map(({ name }) => name))];
  for (const name of names ?? []) {
    if (known.includes(name)) continue;
    throw new UserError(
      `${what} names the alert ${name}, which ${source} does not have.` +
        `${didYouMean(name, known)} There are: ${known.join(', ')}.`,
    );
  }
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/**
 * The rules of a file of the repository.
 * @throws UserError, in which `what` is the subject, for one that cannot be read
 */
export async function rulesOfFile(
  file: string,
  workspace: string,
  what: string,
): Promise<RuleFile> {
  let text: string;
  try {
    text = await readFile(resolve(workspace, file), 'utf8');
  } catch (error) {
    throw new UserError(
      `${what}: the rule file ${file} cannot be read: ${errorMessage(error)}. ` +
        'Its path is relative to the repository; is it checked out?',
      { cause: error },
    );
  }
  return readRuleFile(text, file);
}

/** What each rule is called with what was answered to it. */
export type RuleAnswer = readonly [AskedRule, Answer<QueryAnswer>];

/**
 * Asks the expression of each rule.
 * @param time on the server's own clock, in seconds since 1970; default: now
 */
export async function askRules(
  prometheus: Prometheus,
  rules: readonly AskedRule[],
  signal: AbortSignal,
  time?: number,
): Promise<readonly RuleAnswer[]> {
  return await pLimit(AT_ONCE).map(
    rules,
    async (rule) => [rule, await prometheus.query(rule.expression, signal, time)] as const,
  );
}

/** What answers say, and the errors among them, by rule. */
export function readAnswers(answers: readonly RuleAnswer[]): {
  readonly found: Found;
  readonly errors: readonly (readonly [AskedRule, Observation])[];
} {
  const truths: True[] = [];
  const answered: AskedRule[] = [];
  const errors: (readonly [AskedRule, Observation])[] = [];
  for (const [rule, answer] of answers) {
    const series = answer.trouble ?? seriesOf(answer.found, false);
    if ('length' in series) {
      answered.push(rule);
      truths.push(...truthsOf(rule, series));
    } else errors.push([rule, series]);
  }
  return { found: { truths, answered }, errors };
}

/**
 * Refuses the first expression that the server could not read.
 * @throws UserError, in which `what` is the subject, with the place of it
 */
export function checkExpressions(answers: readonly RuleAnswer[], what: string): void {
  for (const [rule, { found }] of answers) {
    if (found?.status !== 'error' || found.errorType !== 'bad_data') continue;
    const { position } = rule;
    const place = position ? `${formatPosition(position)}: ` : '';
    throw new UserError(
      `${place}${what}: ${refused(found).message}. Correct the expression of the alert ` +
        `${rule.name}: ${oneLine(rule.expression)}`,
      position ? { position } : {},
    );
  }
}

/** Metrics without which rules cannot become true, and the rules that ask for them. */
export type AskedMetrics = ReadonlyMap<string, readonly string[]>;

/** Says which of the series that rules ask for are not there; pure. */
export function remarksOnAbsent(
  asked: AskedMetrics,
  present: ReadonlySet<string>,
  recorded: readonly string[],
): readonly string[] {
  return [...asked]
    .filter(([metric]) => !present.has(metric))
    .map(([metric, rules]) => {
      const one = rules.length === 1 ? 'the rule' : 'the rules';
      const why = recorded.includes(metric)
        ? 'which the rule file records: does the server evaluate that file?'
        : 'with these labels: is its name right, and is it scraped?';
      return `There are no series ${metric}, ${why} Without them ${one} ${rules.join(', ')} cannot become true.`;
    });
}
