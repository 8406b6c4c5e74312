import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  durationForExpressions,
  durationForRules,
  remarksOnAlerts,
  remarksOnExpressions,
  sightsOf,
} from './bake.ts';
import type { AlertRule } from './prometheus/rule.ts';

const MINUTE = 60_000;

const HIGH: AlertRule = {
  name: 'HighErrorRate',
  expression:
    'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05',
  labels: {},
  for: 5 * MINUTE,
  interval: MINUTE / 2,
};

const DOWN: AlertRule = { ...HIGH, name: 'Down', expression: 'up == 0', for: MINUTE };

describe('an alerting rule', () => {
  // As promtool finds with these errors every 30 s: pending after 4.5, 3, 1 and 0.5 minutes.
  test.each([
    [0.06, 9.5],
    [0.1, 8],
    [0.5, 6],
    [1, 5.5],
  ])('fires for a share of errors of %f after %f minutes', (share, minutes) => {
    const sight = sightsOf(HIGH).find((one) => one.share === share);
    expect((sight?.fires ?? 0) / MINUTE).toBe(minutes);
  });

  test('never fires for a share below its threshold', () => {
    const expression = HIGH.expression.replace('0.05', '0.2');
    expect(sightsOf({ ...HIGH, expression }).map(({ share }) => share)).toEqual([0.5, 1]);
  });

  test('that is about no share needs its whole range, for, and an evaluation', () => {
    expect(sightsOf(DOWN)).toEqual([{ share: undefined, seen: 0, fires: 1.5 * MINUTE }]);
    const expression = 'increase(restarts[10m]) > 3';
    expect(sightsOf({ ...HIGH, expression })[0]?.fires).toBe(15.5 * MINUTE);
  });

  test('is seen sooner, and by nobody later, the larger the share is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 300 }),
        (percent, range, wait, interval) => {
          const sights = sightsOf({
            ...HIGH,
            expression: `sum(rate(e[${range}m])) / sum(rate(a[${range}m])) > ${percent / 100}`,
            for: wait * MINUTE,
            interval: interval * 1_000,
          });
          expect(sights.length).toBeGreaterThan(0);
          for (const [index, { seen, fires }] of sights.entries()) {
            expect(seen).toBeLessThanOrEqual(range * MINUTE);
            expect(fires).toBeGreaterThan(seen + wait * MINUTE - 1);
            expect(fires).toBeLessThanOrEqual(seen + wait * MINUTE + 2 * interval * 1_000);
            expect(seen).toBeLessThanOrEqual(sights[index - 1]?.seen ?? Infinity);
          }
        },
      ),
    );
  });
});

describe('the duration of a verification', () => {
  test('follows from the rule that needs longest', () => {
    expect(durationForRules([])).toBeUndefined();
    expect(durationForRules([DOWN, HIGH])).toBe(9.5 * MINUTE);
    expect(durationForExpressions([DOWN, HIGH], 4_000)).toBe(254_000);
  });

  test('that is too short for alerts is told with what would be long enough', () => {
    expect(remarksOnAlerts([DOWN, HIGH], 5 * MINUTE)).toEqual([
      'The duration (5 m) is too short for alerts: HighErrorRate tells of 6 % errors after 9 m 30 s at the earliest. ' +
        'To see them, set duration: 11m, or add the check rules, which asks the expressions themselves, and sees the first of these after 4 m 10 s.',
    ]);
    expect(remarksOnAlerts([DOWN, HIGH], 10 * MINUTE)).toEqual([]);
  });

  test('that is too short for the expressions is told, too', () => {
    expect(remarksOnExpressions([DOWN, HIGH], MINUTE / 2, 4_000)).toEqual([
      'The duration (30 s) is too short for some rules: HighErrorRate is found true for 6 % errors after 4 m 14 s at the earliest. ' +
        'To see them, set duration: 5m.',
    ]);
    expect(remarksOnExpressions([DOWN, HIGH], 5 * MINUTE, 4_000)).toEqual([]);
  });

  test('names a few rules of many', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ ...HIGH, name: `Rule${index}` }));
    const [remark] = remarksOnAlerts(many, MINUTE);
    expect(remark).toContain('Rule4');
    expect(remark).not.toContain('Rule5');
    expect(remark).toContain('and 4 more');
  });

  test('is not told to be hours', () => {
    const slow = { ...HIGH, name: 'Slow', for: 600 * MINUTE };
    const [remark] = remarksOnAlerts([slow, HIGH], MINUTE);
    expect(remark).toMatch(/alerts: HighErrorRate .*; Slow .* set duration: 11m, or add/);
    expect(remarksOnAlerts([slow], MINUTE)[0]).not.toContain('set duration');
  });
});
