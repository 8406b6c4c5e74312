import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { promDuration } from './duration.ts';
import { withLabels } from './labels.ts';
import { ratioOf } from './ratio.ts';
import { reachOf, shareThreshold } from './reach.ts';

describe('a duration of Prometheus', () => {
  test.each([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
    ['1y', 31_536_000_000],
    ['250ms', 250],
    ['0', 0],
    ['90', 90_000],
    ['soon', undefined],
    ['5 m', undefined],
    ['', undefined],
  ])('%s is %p ms', (text, milliseconds) => {
    expect(promDuration(text)).toBe(milliseconds);
  });
});

const ERRORS = 'sum(rate(requests{status=~"5.."}[1m]))';
const ALL = 'sum(rate(requests[1m]))';

describe('a ratio', () => {
  test.each([
    [`${ERRORS} / ${ALL}`],
    [`(${ERRORS} / ${ALL})`],
    [`100 * (${ERRORS} / ${ALL})`],
    [`${ERRORS} / ${ALL} * 100`],
    [`1 - ${ERRORS} / ${ALL}`],
    [`# errors\n${ERRORS}\n/ # of all\n${ALL}`],
  ])('is found in %s', (query) => {
    expect(ratioOf(query)).toMatchObject({ numerator: ERRORS, divisor: ALL });
  });

  test.each([
    ['up'],
    [`${ERRORS} / 60`],
    ['1 / 0'],
    [`${ERRORS} / ${ALL} > 0.05`],
    [`60 / ${ALL}`],
    [`${ERRORS} / ${ALL} + ${ERRORS} / ${ALL}`],
    ['sum(rate(requests[1m])'],
  ])('is not found in %s', (query) => {
    expect(ratioOf(query)).toBeUndefined();
  });

  test('takes 0 for a numerator without series, where labels are matched as they are', () => {
    expect(ratioOf(`1 - ${ERRORS} / ${ALL}`)?.withZeros).toBe(
      `1 - (((${ERRORS}) or ((${ALL}) * 0)) / ${ALL})`,
    );
    const matched = 'a / on (pod) b';
    expect(ratioOf(matched)?.withZeros).toBe(matched);
  });

  test.each([
    [
      `${ERRORS} / ${ALL}`,
      'sum(increase(requests{status=~"5.."}[1m]))',
      'sum(increase(requests[1m]))',
    ],
    [
      `100 * ${ERRORS} / ${ALL}`,
      'sum(increase(requests{status=~"5.."}[1m]))',
      'sum(increase(requests[1m]))',
    ],
    [
      'sum by (pod) (increase(e[5m] offset 1m)) / (sum by (pod) (rate(a[5m])) > 0)',
      'sum(increase(e[5m] offset 1m))',
      'sum(increase(a[5m]))',
    ],
    [
      'sum(rate(e[5m])) / (sum(rate(a[5m])) + sum(rate(b[5m])))',
      'sum(increase(e[5m]))',
      '(sum(increase(a[5m])) + sum(increase(b[5m])))',
    ],
  ])('%s is of countable events', (query, hits, total) => {
    expect(ratioOf(query)).toMatchObject({ counts: { hits, total }, requests: total });
  });

  test.each([
    ['a / b'],
    ['sum(rate(a[5m])) / avg(rate(b[5m]))'],
    ['sum(rate(a[5m])) / sum(irate(b[5m]))'],
    ['sum(rate(a[5m])) / clamp_min(sum(rate(b[5m])), 1)'],
  ])('%s counts no events', (query) => {
    expect(ratioOf(query)).toMatchObject({ requests: undefined, counts: undefined });
  });

  test('tells which metrics of the numerator are none of the divisor', () => {
    expect(ratioOf(`${ERRORS} / ${ALL}`)?.otherMetrics).toEqual([]);
    expect(ratioOf('sum(failures) / sum({__name__="requests"})')?.otherMetrics).toEqual([
      'failures',
    ]);
  });
});

describe('labels', () => {
  test.each([
    ['up', 'up{namespace="shop"}'],
    ['up{}', 'up{namespace="shop"}'],
    ['up{job="a"}', 'up{job="a", namespace="shop"}'],
    ['up{job="a",}', 'up{job="a",namespace="shop"}'],
    ['{__name__=~"a|b"}', '{__name__=~"a|b", namespace="shop"}'],
    ['{"metric.name"}', '{"metric.name", namespace="shop"}'],
    [
      'sum by (job) (rate(a[5m])) / sum(rate(b{x="}"}[5m:1m] offset 1d)) > 0.05',
      'sum by (job) (rate(a{namespace="shop"}[5m])) / sum(rate(b{x="}", namespace="shop"}[5m:1m] offset 1d)) > 0.05',
    ],
    ['vector(1) > time()', 'vector(1) > time()'],
    ['up{', 'up{'],
  ])('are demanded of every selector of %s', (query, expected) => {
    expect(withLabels(query, { namespace: 'shop' })).toBe(expected);
  });

  test('with any value keep a query one, with one more matcher', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const query = withLabels('sum(rate(a[5m])) / sum(b)', { namespace: value });
        expect(ratioOf(query)).toBeDefined();
        expect(query).toContain(`a{namespace=${JSON.stringify(value)}}[5m]`);
      }),
    );
  });
});

describe('how far an expression looks back', () => {
  test.each([
    ['up == 0', 0],
    ['rate(a[5m]) > 0', 300_000],
    ['rate(a[5m]) / rate(b[1h]) > 0', 3_600_000],
    ['rate(a[5m] offset 1h) > 0', 3_900_000],
    ['max_over_time(rate(a[5m])[30m:1m]) > 0', 2_100_000],
    ['max_over_time(rate(a[5m])[30m:1m] offset 10m) > 0', 2_700_000],
    ['not promql (', 0],
  ])('is for %s %i ms', (expression, reach) => {
    expect(reachOf(expression)).toBe(reach);
  });

  test.each([
    [`${ERRORS} / ${ALL} > 0.05`, 0.05],
    [`(${ERRORS} / ${ALL}) >= 0.01`, 0.01],
    [`0.05 < ${ERRORS} / ${ALL}`, 0.05],
    [`${ERRORS} / ${ALL} * 100 > 5`, 0.05],
    [`100 * (${ERRORS} / ${ALL}) > 5`, 0.05],
    [`${ERRORS} / ${ALL} > 0.05 and ${ALL} > 1`, 0.05],
    [`${ALL} > 1 and ${ERRORS} / ${ALL} > 0.05`, 0.05],
    [`${ERRORS} / ${ALL} > bool 0.05`, 0.05],
    ['histogram_quantile(0.99, sum by (le) (rate(a[5m]))) > 1', undefined],
    ['up == 0', undefined],
    [`${ERRORS} / ${ALL}`, undefined],
  ])('for a share of %s, which is above %p', (expression, threshold) => {
    expect(shareThreshold(expression)).toBe(threshold);
  });
});
