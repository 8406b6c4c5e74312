import { describe, expect, test } from '@jest/globals';
import { check, measured, numbers, result } from './result.test-data.ts';
import { decisiveCheck, explanation, headline, measuredOf, reportOf } from './result.ts';
import { renderSummary } from './summary.ts';

describe('the result', () => {
  test('of a failure names the failed check, not the one that could not be asked', () => {
    const failed = result(
      [check('metrics'), check('health', { successes: 1 })],
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
    const report = reportOf(
      result([check('health', { successes: 1 })], [measured(0, 0, 'succeeded')]),
      {
        version: '1.2.3',
      },
    );
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

describe('the report', () => {
  test('has the policy of each check, the five points, and what was compared with', () => {
    const baseline = { app: 'shop', environment: '', taken: '2026-01-02T03:00:00Z', checks: {} };
    const limited = check('metrics', {
      failureLimit: 2,
      errorLimit: 3,
      initialDelay: 500,
      interval: 50,
    });
    const checks = [limited, check('beside', { reportOnly: true, point: 'logs' })];
    const report = reportOf(result(checks, [measured(0, 0, 'succeeded')]), {}, baseline);
    expect(report).toMatchObject({
      baseline,
      checks: [
        {
          'failure-limit': 2,
          'error-limit': 3,
          'initial-delay-ms': 500,
          'interval-ms': 50,
          'report-only': false,
        },
        { 'failure-limit': 0, 'error-limit': null, 'interval-ms': 1_000, 'report-only': true },
      ],
      points: [
        { point: 'health', verdict: 'not decided', checks: ['metrics'] },
        { point: 'functionality', verdict: 'no check', checks: [] },
        { point: 'monitoring', verdict: 'no check' },
        { point: 'logs', verdict: 'report-only', checks: ['beside'] },
        { point: 'performance', verdict: 'no check' },
      ],
    });
  });

  test('of a verified release is what the ledger keeps: the median of each check with numbers', () => {
    const checks = [check('errors', { type: 'prometheus' }), check('health')];
    const seen = [...numbers(0, [0.5, 0.1, 0.2]), measured(1, 0, 'succeeded')];
    expect(measuredOf(result(checks, seen))).toEqual({ 'prometheus errors': 0.2 });
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
    expect(text).toContain('| **Application health checks are passing** | ❌ failed |');
    expect(text).toContain('| **No errors in application logs** | ➖ no check |');
    expect(text).toMatch(/<details><summary>metrics(?:&#58;|:) 1 measurement<\/summary>/);
  });

  test('has long words whole below its table only, which they would make too wide', () => {
    const version = 'production-742fcdd76aac27e90fdd83102a595ffd2f16c423';
    const text = renderSummary(
      result([check('version')], [measured(0, 0, 'failed', { value: version, retry: false })]),
    );
    expect(text).toContain('<code>production-742fcdd76aac27e9…</code> | <code>≤ 1</code> |');
    expect(text).toContain(`<code>${version}</code>`);
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
            details: [evil],
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

  test('has what was found one by one, where it is news, and as evidence', () => {
    const pods = Array.from({ length: 60 }, (_, index) => `pod-${index} is not ready`);
    const seen = [0, 1_000, 2_000].map((at) => measured(0, at, 'failed', { details: pods }));
    const text = renderSummary(result([check('pods', { failureLimit: Infinity })], seen));
    expect(text).toContain('pod-49 is not ready\nand 10 more, in the report');
    expect(text.match(/saw failed<br>pod-0 is not ready/g)).toHaveLength(1);
    expect(text).toContain('pod-9 is not ready<br>and 50 more, in the report');
    expect(text.match(/\| saw failed \|/g)).toHaveLength(2);
  });

  test('has a long number in few digits, and what has a unit as it is', () => {
    const checks = [check('errors'), check('lines')];
    const long = { value: '0.10341921092448217', number: 0.10341921092448217 };
    const seen = [
      measured(0, 0, 'failed', long),
      measured(1, 0, 'failed', { value: '12 lines', number: 12 }),
    ];
    const text = renderSummary(result(checks, seen));
    expect(text).toContain('| 1 | <code>0.1034</code> |');
    expect(text).toContain('| 1 | <code>12 lines</code> |');
    expect(text).toContain('<code>0.10341921092448217</code>');
  });

  test('marks what decides nothing, and it decides nothing of its point', () => {
    const checks = [check('health', { successes: 1 }), check('beside', { reportOnly: true })];
    const seen = [measured(1, 0, 'failed', { retry: false }), measured(0, 0, 'succeeded')];
    const text = renderSummary(result(checks, seen));
    expect(text).toContain('| **Application health checks are passing** | ✅ succeeded |');
    expect(text).toContain('| &emsp;beside (report-only) | ❌ failed |');
  });

  test('of a long verification keeps the last hundred measurements of each check', () => {
    const many = Array.from({ length: 250 }, (_, index) => measured(0, index, 'succeeded'));
    const text = renderSummary(result([check('health')], many));
    expect(text).toContain('The first 150 are in the report only.');
    expect(text).toContain('value 249');
    expect(text).not.toContain('value 149<');
  });
});
