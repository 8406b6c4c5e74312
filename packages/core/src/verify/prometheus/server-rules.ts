import type { RulesAnswer } from './answers.ts';
import type { AlertRule } from './rule.ts';

/** The alerting rules in an answer of /api/v1/rules; those that record series are left out. */
export function rulesOfServer({
  data,
}: Exclude<RulesAnswer, { status: 'error' }>): readonly AlertRule[] {
  return data.groups.flatMap(({ interval, rules }) =>
    rules
      .filter(({ type }) => type === 'alerting')
      .map(({ name, query, labels, duration }) => ({
        name,
        labels,
        expression: query,
        for: duration * 1_000,
        interval: interval * 1_000,
      })),
  );
}
