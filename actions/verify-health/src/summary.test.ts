import { describe, expect, test } from '@jest/globals';
import type { Check, Measurement, Outcome } from '@paal/core/verify/check';
import { checkOf } from '@paal/core/verify/check.test-data';
import { judge } from '@paal/core/verify/judge';
import { decisiveCheck, explanation, headline, type Result, reportOf } from './result.ts';
import { renderSummary } from './summary.ts';

const SCHEDULE = { duration: 4_000, interval: 1_000 };

function check(name: string, successes?: number): Check {
  const measure = () => Promise.reject(new Error('not asked'));
  return checkOf(measure, { name, target: `GET ${name}`, threshold: '≤ 1', successes });
}

function measured(index: number, at: number, outcome: Outcome, more = {}): Measurement {
  const texts = { value: `value ${at}`, message: `saw ${outcome}`, hint: 'Look closer.' };
  const asked = { target: 'GET it', threshold: '≤ 1' };
  return { check: index, at, took: 12, outcome, retry: true, ...texts, ...asked, ...more };
}

function result(checks: readonly Check[], measurements: readonly Measurement[], more = {}): Result {
  return {
    checks,
    schedule: SCHEDULE,
    measurements,
    verdict: judge(measurements, { ...SCHEDULE, checks }),
    startedAt: new Date('2026-01-02T03:04:05Z'),
    elapsed: 4_000,
    cancelled: false,
    ...more,
  };
}

describe('the result', () => {
  test('of a failure names the failed check, not the one that could not be asked', () => {
    const failed = result(
      [check('metrics'), check('health', 1)],
      [
        measured(0, 0, 'error', { retry: false }),
        ...[0, 1, 2, 3, 4].map((second) => measured(1, second * 1_000, 'failed')),
      ],
    );
    expect(decisiveCheck(failed)?.name).toBe('health');
    expect(headline(failed)).toBe('Verification failed');
    expect(explanation(failed)).toBe(
      'Check "health": never a good answer; saw failed (GET it; threshold ≤ 1; value value 4000). Look closer.',
    );
  });

  test('of a cancelled run says that nothing is proven', () => {
    const cancelled = result([check('health')], [measured(0, 0, 'succeeded')], { cancelled: true });
    expect(headline(cancelled)).toBe('Verification cancelled after 4 s');
    expect(explanation(cancelled)).toContain('nothing is proven');
  });

  test('has every measurement in the report, with query, value and threshold', () => {
    const report = reportOf(result([check('health', 1)], [measured(0, 0, 'succeeded')]), {
      version: '1.2.3',
    });
    expect(report).toMatchObject({
      status: 'succeeded',
      'failed-check': null,
      started: '2026-01-02T03:04:05.000Z',
      version: '1.2.3',
      checks: [
        {
          name: 'health',
          status: 'succeeded',
          measurements: [
            { 'at-ms': 0, 'took-ms': 12, target: 'GET it', value: 'value 0', threshold: '≤ 1' },
          ],
        },
      ],
    });
  });
});

describe('the summary', () => {
  test('begins with the verdict and its cause, and has a line for each check', () => {
    const text = renderSummary(
      result(
        [check('health'), check('metrics')],
        [measured(0, 0, 'failed', { retry: false }), measured(1, 0, 'succeeded')],
      ),
    );
    expect(text.startsWith('## Verification failed\n\nCheck &quot;health&quot;')).toBe(true);
    expect(text).toContain(
      '| &emsp;health | ❌ failed | 1 | <code>value 0</code> | <code>≤ 1</code> |',
    );
    expect(text).toContain('| &emsp;metrics | ➖ not decided | 1 |');
    expect(text).toMatch(/<details><summary>metrics(?:&#58;|:) 1 measurement<\/summary>/);
  });

  test('lets nothing from outside be markup', () => {
    const evil =
      '<img src=x onerror=alert(1)> | `x` ```\n# title\n[a](https://evil.example) @octocat';
    const text = renderSummary(
      result(
        [check(evil)],
        [
          measured(0, 0, 'failed', {
            retry: false,
            value: evil,
            message: evil,
            hint: evil,
            excerpt: evil,
            warnings: [evil],
          }),
        ],
      ),
    );
    const outside = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    expect(outside).not.toContain('<img');
    expect(outside).not.toMatch(/^# /m);
    expect(outside).not.toContain('](');
    expect(outside).not.toContain('@octocat');
    for (const line of outside.split('\n').filter((one) => one.startsWith('|'))) {
      expect([4, 6]).toContain(line.split('|').length - 1);
    }
  });

  test('of a long verification keeps the last hundred measurements of each check', () => {
    const many = Array.from({ length: 250 }, (_, index) => measured(0, index, 'succeeded'));
    const text = renderSummary(result([check('health')], many));
    expect(text).toContain('The first 150 are in the report only.');
    expect(text).toContain('value 249');
    expect(text).not.toContain('value 149<');
  });
});
