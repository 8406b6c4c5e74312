import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '../check-schema.ts';

const prometheus = (more: object) => checkSchema.safeParse({ prometheus: { query: 'q', ...more } });
const rules = (more: object) => checkSchema.safeParse({ rules: more });

describe('a Prometheus check', () => {
  test.each([
    [{ max: 1 }],
    [{ baseline: 'before', 'max-increase': '20%' }],
    [{ baseline: 'before', 'max-increase': 0.1, max: 1 }],
    [{ baseline: 'verified', 'max-decrease': ['2.5%', 3] }],
    [{ baseline: 'before', 'max-increase': [3, '20%'], 'max-decrease': '1%' }],
    [{ max: 1, range: '5m', step: '15s', reduce: 'avg' }],
    [{ max: 1, 'min-requests': 10, requests: 'sum(x)' }],
  ])('may have %j', (more) => {
    expect(prometheus(more).error).toBeUndefined();
  });

  test.each([
    [{}, 'needs a threshold'],
    [{ max: 1, baseline: 'before' }, 'baseline goes with max-increase'],
    [{ max: 1, 'max-increase': '20%' }, 'baseline goes with max-increase'],
    [{ max: 1, step: '15s' }, 'set range, or leave them out'],
    [{ max: 1, reduce: 'avg' }, 'set range, or leave them out'],
    [{ max: 1, requests: 'sum(x)' }, 'set min-requests, or leave it out'],
    [{ max: 1, min: 2 }, 'min is above max'],
    [{ baseline: 'before', 'max-increase': '-20%' }, 'must be a percentage'],
    [{ baseline: 'before', 'max-increase': ['20%', '30%'] }, 'Invalid input'],
    [{ max: 1, 'min-requests': 0 }, '>=1'],
  ])('with %j is refused', (more, message) => {
    expect(JSON.stringify(prometheus(more).error?.issues)).toContain(message);
  });
});

describe('a check of rules', () => {
  test('tolerates two measurements in a row, and what was before the release', () => {
    expect(rules({}).data?.rules).toMatchObject({ 'failure-limit': 2, 'ignore-existing': true });
  });

  test('takes names of labels that PromQL can have', () => {
    expect(rules({ labels: { namespace: 'shop' } }).success).toBe(true);
    expect(rules({ labels: { 'a-b': 'shop' } }).success).toBe(false);
    expect(rules({ alerts: [] }).success).toBe(false);
  });
});
