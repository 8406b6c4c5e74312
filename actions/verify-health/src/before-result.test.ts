import { describe, expect, test } from '@jest/globals';
import {
  beforeOf,
  beforeReport,
  beforeSentences,
  keptByKey,
  renderBefore,
} from './before-result.ts';
import { check, measured, result } from './result.test-data.ts';

const ERRORS = check('errors', { type: 'prometheus', failureLimit: Infinity });

describe('what a step before the release came to', () => {
  test('is what each check kept, and that one was bad already is told and no failure', () => {
    const seen = result(
      [ERRORS],
      [
        measured(0, 0, 'succeeded', { keep: 0.01, number: 0.01 }),
        measured(0, 1_000, 'failed', { keep: 0.4, number: 0.4 }),
        measured(0, 2_000, 'inconclusive'),
      ],
    );
    const before = beforeOf(seen);
    expect(before.status).toBe('succeeded');
    expect(keptByKey(before)).toEqual({ 'prometheus errors': [0.01, 0.4] });
    expect(before.checks[0]?.already).toBe(
      '"errors" is already beyond its threshold before the release: saw failed.',
    );
    const text = renderBefore(before, seen, '/temp/baseline.json');
    expect(text).toContain('| errors | ✅ succeeded | 2 |');
    expect(text).toContain('⚠️ &quot;errors&quot; is already beyond its threshold');
    expect(JSON.stringify(beforeReport(before, seen, {}))).not.toContain('"status":"failed"');
  });

  test('is an error where nobody could be asked, and inconclusive where there was nothing to keep', () => {
    const checks = [ERRORS, check('alerts', { type: 'alerts' })];
    const nothing = measured(0, 0, 'inconclusive');
    expect(beforeOf(result(checks, [nothing, measured(1, 0, 'error')]))).toMatchObject({
      status: 'error',
      checks: [{ status: 'inconclusive' }, { status: 'error' }],
    });
    const before = beforeOf(result(checks, [nothing, measured(1, 0, 'failed', { keep: ['a'] })]));
    expect(before.status).toBe('inconclusive');
    expect(before.checks[1]?.already).toContain('"alerts" is already bad before the release');
    expect(beforeSentences(before)).toEqual([
      'Before the release: 1 check of 2 kept what it measured.',
      '"errors" kept nothing: saw inconclusive.',
    ]);
  });
});
