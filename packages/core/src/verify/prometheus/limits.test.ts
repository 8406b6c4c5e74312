import { describe, expect, test } from '@jest/globals';
import { judgeSeries, type Limits } from './limits.ts';
import type { Series } from './result.ts';

const base: Limits = {
  min: undefined,
  max: 10,
  noData: 'inconclusive',
  series: 'one',
  over: undefined,
};

const series = (...values: readonly string[]): readonly Series[] =>
  values.map((value, index) => ({
    name: `up{pod="shop-${index}"}`,
    labels: { pod: `shop-${index}` },
    values: value.split(' '),
  }));

describe('several series', () => {
  test.each([
    ['all', ['1', '2'], 'succeeded', '2'],
    ['all', ['1', '12', '30'], 'failed', '30'],
    ['all', ['1', 'NaN'], 'inconclusive', 'NaN'],
    ['all', ['12', 'NaN'], 'failed', '12'],
    ['any', ['12', '3', '5'], 'succeeded', '3'],
    ['any', ['12', '30'], 'failed', '12'],
    ['any', ['NaN', '30'], 'inconclusive', 'NaN'],
    ['all', ['3'], 'succeeded', '3'],
  ] as const)('with series: %s and %j are %s', (policy, values, outcome, value) => {
    const seen = judgeSeries(series(...values), { ...base, series: policy });
    expect(seen).toMatchObject({ outcome, value });
  });

  test('with series: all name the worst, and list those that are not good', () => {
    const seen = judgeSeries(series('1', '12', '30'), { ...base, series: 'all' });
    expect(seen.message).toBe(
      'the value 30 of up{pod="shop-2"} is beyond the threshold ≤ 10 (1 of 3 series are good)',
    );
    expect(seen.details).toEqual(['up{pod="shop-2"} 30', 'up{pod="shop-1"} 12']);
  });

  test('below a minimum have the smallest as their worst', () => {
    const limits: Limits = { ...base, max: undefined, min: 10, series: 'all' };
    expect(judgeSeries(series('3', '1', '20'), limits)).toMatchObject({ value: '1' });
  });
});

describe('a value of many digits', () => {
  const one = (value: string): string => {
    const values = [{ name: '', labels: {}, values: [value] }];
    return judgeSeries(values, { ...base, max: 0.05 }).message;
  };

  test('is told in few', () => {
    expect(one('0.11265929079166206')).toBe('the value 0.1127 is beyond the threshold ≤ 0.05');
  });

  test('is told in all of them where few would be on the other side of the threshold', () => {
    expect(one('0.050000001')).toBe('the value 0.050000001 is beyond the threshold ≤ 0.05');
  });
});

describe('the values of a range', () => {
  test.each([
    ['worst', '1 30 2', 'failed', '30'],
    ['last', '1 30 2', 'succeeded', '2'],
    ['avg', '1 30 2', 'failed', '11'],
    ['avg', '1 NaN 2', 'succeeded', '1.5'],
    ['avg', '10 10.0002', 'failed', '10.0001'],
    ['worst', '1 NaN 2', 'succeeded', '2'],
    ['worst', 'NaN NaN', 'inconclusive', 'NaN'],
    ['worst', '1 +Inf', 'failed', '+Inf'],
  ] as const)('are by reduce: %s of %s %s', (reduce, values, outcome, value) => {
    const limits: Limits = { ...base, over: { range: 300_000, reduce } };
    expect(judgeSeries(series(values), limits)).toMatchObject({ outcome, value });
  });

  test('say which value it is', () => {
    const limits: Limits = { ...base, over: { range: 300_000, reduce: 'worst' } };
    expect(judgeSeries(series('1 30 2'), limits).message).toBe(
      'the worst value within 5 m, 30, is beyond the threshold ≤ 10',
    );
  });
});
