import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { jobStateFile, readJobState, updateJobState } from './job-state.ts';

let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'paal-job-state-'));
});
afterEach(() => rmSync(temp, { recursive: true }));

const SILENCE = { id: 'c0ffee', alertmanager: 'https://alerts.example/' };

describe('the state of a job', () => {
  test('is kept by section, and a section can be taken out', () => {
    const file = jobStateFile({ app: 'shop', environment: 'staging' }, temp);
    updateJobState(file, 'silence', SILENCE);
    updateJobState(file, 'baseline', { checks: { 'alerts new': [1, null] } });
    expect(readJobState(file)).toEqual({
      silence: SILENCE,
      baseline: { checks: { 'alerts new': [1, null] } },
    });
    updateJobState(file, 'silence', undefined);
    expect(readJobState(file)).toEqual({ baseline: { checks: { 'alerts new': [1, null] } } });
  });

  test('is readable for nobody else', () => {
    const file = jobStateFile({ app: 'shop', environment: 'staging' }, temp);
    updateJobState(file, 'silence', SILENCE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['shop', 'staging', 'paal-verify-shop-staging.json'],
    ['shop', undefined, 'paal-verify-shop.json'],
    [undefined, undefined, 'paal-verify.json'],
    ['../shop', 'review/42', 'paal-verify-.._shop-review_42.json'],
  ])('of %s in %s is %s', (app, environment, name) => {
    expect(jobStateFile({ app, environment }, temp)).toBe(join(temp, name));
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', '{"silence":'],
    ['a list', '[1]'],
    ['a section of another form', '{"silence": {"id": 7}, "other": 1}'],
  ])('is empty where there is %s', (_, text) => {
    const file = join(temp, 'state.json');
    if (text !== undefined) writeFileSync(file, text);
    expect(readJobState(file)).toEqual({});
  });
});
