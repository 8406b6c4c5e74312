import { describe, expect, test } from '@jest/globals';
import { parseMatcher } from './alerts/matchers.ts';
import { mayFit } from './bake-alerts.ts';
import type { AlertRule } from './prometheus/rule.ts';

const rule: AlertRule = {
  name: 'HighErrorRate',
  expression: 'up == 0',
  labels: { severity: 'critical' },
  for: 0,
  interval: 30_000,
};

describe('a rule is one of those that are looked at', () => {
  test.each([
    [[], true],
    [['severity="critical"'], true],
    [['severity="info"'], false],
    [['severity!="info"', 'namespace="shop"'], true],
    [['alertname=~"High.*"'], true],
    [['alertname="Down"', 'severity="critical"'], false],
  ] as const)('by %j: %p', (matchers, expected) => {
    const parsed = matchers.map((text) => parseMatcher(text, 'alerts'));
    expect(mayFit(rule, parsed)).toBe(expected);
  });
});
