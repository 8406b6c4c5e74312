import { describe, expect, test } from '@jest/globals';
import { askedMetrics } from './absent.ts';
import { remarksOnAbsent } from './rules.ts';
import { withIds } from './truth.ts';

const rule = (name: string, expression: string) => ({
  name,
  expression,
  labels: {},
  for: 0,
  interval: 30_000,
});

describe('series that rules ask for', () => {
  const rules = withIds([
    rule('High', 'sum(rate(errors[5m])) / sum(rate(requests[5m])) > 0.05'),
    rule('Slow', 'latency{job="a"} > 1 and requests > 0'),
    rule('Gone', 'absent(heartbeat)'),
  ]);

  test('are those of all of them but of rules about absence', () => {
    expect([...askedMetrics(rules)]).toEqual([
      ['errors', ['High']],
      ['requests', ['High', 'Slow']],
      ['latency', ['Slow']],
    ]);
  });

  test('are told where they are not there, with who would record them', () => {
    const present = new Set(['requests']);
    expect(remarksOnAbsent(askedMetrics(rules), present, ['errors'])).toEqual([
      'There are no series errors, which the rule file records: does the server evaluate that file? Without them the rule High cannot become true.',
      'There are no series latency, with these labels: is its name right, and is it scraped? Without them the rule Slow cannot become true.',
    ]);
  });
});
