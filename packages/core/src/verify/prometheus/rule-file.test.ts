import { describe, expect, test } from '@jest/globals';
import { readRuleFile } from './rule-file.ts';

const FILE = `groups:
  - name: shop
    interval: 30s
    rules:
      - record: shop:errors
        expr: sum(rate(errors[5m]))
      - alert: HighErrorRate
        expr: |
          shop:errors > 0.05
        for: 5m
        keep_firing_for: 10m
        labels: { severity: critical, tier: 1 }
        annotations: { summary: 'Too many errors' }
  - name: empty
`;

describe('a rule file', () => {
  test('has alerting rules, with the place of their expressions, and series that it records', () => {
    expect(readRuleFile(FILE, 'rules.yml')).toEqual({
      recorded: ['shop:errors'],
      alerts: [
        {
          name: 'HighErrorRate',
          expression: 'shop:errors > 0.05\n',
          for: 300_000,
          interval: 30_000,
          labels: { severity: 'critical', tier: '1' },
          position: expect.objectContaining({ file: 'rules.yml', line: 8 }),
        },
      ],
    });
  });

  test('may be an object of the Prometheus Operator', () => {
    const spec = FILE.replace(/^/gm, '  ');
    const text = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n${spec}`;
    const [alert] = readRuleFile(text, 'rules.yml').alerts;
    expect(alert).toMatchObject({ name: 'HighErrorRate', position: { line: 11 } });
  });

  test('evaluates every minute unless it says otherwise, and an expression may be a number', () => {
    const text = 'groups: [{ name: a, rules: [{ alert: A, expr: 1 }] }]';
    expect(readRuleFile(text, 'r').alerts).toMatchObject([
      { expression: '1', for: 0, interval: 60_000 },
    ]);
  });

  test.each([
    [
      'groups: [{ name: a, rules: [{ alert: A, expr: up, for: soon }] }]',
      '"soon" is not a duration',
    ],
    ['groups: [{ name: a, rules: [{ expr: up }] }]', 'a rule has either alert or record'],
    ['groups: [{ rules: [] }]', 'groups.0.name'],
    ['- a', 'no rule file of Prometheus'],
    ['groups: [', 'not valid YAML'],
  ])('that is %s is refused with its place', (text, message) => {
    expect(() => readRuleFile(text, 'rules.yml')).toThrow(message);
    expect(() => readRuleFile(text, 'rules.yml')).toThrow(/^rules\.yml:1:/);
  });
});
