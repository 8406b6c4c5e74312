import { describe, expect, test } from '@jest/globals';
import { pointLines, pointsOf } from './points.ts';
import { check, measured, result } from './result.test-data.ts';

describe('the five points', () => {
  test('have the worst of the checks that decide them, in their order', () => {
    const checks = [
      check('errors', { point: 'performance', successes: 1 }),
      check('latency', { point: 'performance', successes: 1 }),
      check('home', { point: 'health', successes: 1 }),
      check('lines', { point: 'logs', successes: 1, reportOnly: true }),
    ];
    const seen = [
      measured(0, 0, 'succeeded'),
      measured(1, 0, 'error', { retry: false }),
      measured(2, 0, 'succeeded'),
      measured(3, 0, 'failed', { retry: false }),
    ];
    const verified = result(checks, seen);
    expect(pointsOf(verified)).toMatchObject([
      { point: 'health', verdict: 'succeeded', checks: [2] },
      { point: 'functionality', verdict: 'no check', checks: [] },
      { point: 'monitoring', verdict: 'no check', checks: [] },
      { point: 'logs', verdict: 'report-only', checks: [3] },
      { point: 'performance', verdict: 'error', checks: [0, 1] },
    ]);
    expect(pointLines(verified)).toEqual([
      '  Application health checks are passing           succeeded    home',
      '  Key functionality is working as expected        no check',
      '  Monitoring systems show normal operation        no check',
      '  No errors in application logs                   report-only  lines (report-only: failed)',
      '  Performance metrics are within expected ranges  error        errors, latency',
    ]);
  });

  test('are not decided where a check is not, and none is worse', () => {
    const checks = [check('one', { successes: 1 }), check('two', { successes: 1 })];
    const open = pointsOf(result(checks, [measured(0, 0, 'succeeded')]));
    expect(open[0]?.verdict).toBe('not decided');
    const beside = [...checks, check('three', { reportOnly: true })];
    expect(pointLines(result(beside, []))[0]).toContain(
      'one, two, three (report-only: not decided)',
    );
    const failed = pointsOf(result(checks, [measured(0, 0, 'failed', { retry: false })]));
    expect(failed[0]?.verdict).toBe('failed');
  });
});
