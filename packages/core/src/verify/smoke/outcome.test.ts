import { describe, expect, test } from '@jest/globals';
import { judgeEnd } from './outcome.ts';
import type { CommandEnd } from './run-command.ts';

const ENDED: CommandEnd = { code: 0, signal: undefined, late: false, lines: ['a', 'b', ''] };
const K6 = 'k6 run --quiet smoke.js';

function judged(end: Partial<CommandEnd>, script = './smoke.sh') {
  return judgeEnd({ ...ENDED, ...end }, { script, timeout: 300_000, again: false });
}

describe('the end of a smoke test', () => {
  test.each([
    [0, './smoke.sh', 'succeeded'],
    [1, './smoke.sh', 'failed'],
    [2, './smoke.sh', 'failed'],
    [99, './smoke.sh', 'failed'],
    [107, './smoke.sh', 'failed'],
    [126, './smoke.sh', 'error'],
    [127, './smoke.sh', 'error'],
    [130, './smoke.sh', 'error'],
    [134, './smoke.sh', 'failed'],
    [137, './smoke.sh', 'error'],
    [143, './smoke.sh', 'error'],
    [0, K6, 'succeeded'],
    [99, K6, 'failed'],
    [110, K6, 'failed'],
    [1, K6, 'error'],
    [97, K6, 'error'],
    [98, K6, 'error'],
    [100, K6, 'error'],
    [104, K6, 'error'],
    [107, K6, 'error'],
    [109, K6, 'error'],
    [255, K6, 'error'],
    [107, 'docker run --rm grafana/k6:1.0.0 run - < a.js', 'error'],
    [107, 'npm ci\nTOKEN=x k6 cloud run a.js', 'error'],
    [107, './k6-like run', 'failed'],
    [107, 'echo k6', 'failed'],
  ])('with %i of %s is %s', (code, script, outcome) => {
    expect(judged({ code }, script).outcome).toBe(outcome);
  });

  test('by a signal from outside is an error that may pass', () => {
    expect(judged({ code: undefined, signal: 'SIGKILL' })).toMatchObject({
      outcome: 'error',
      retry: true,
      value: 'SIGKILL',
    });
  });

  test('by its time is a failure, with the time', () => {
    const seen = judged({ code: undefined, signal: 'SIGTERM', late: true });
    expect(seen).toMatchObject({ outcome: 'failed', value: 'over 5 m' });
    expect(seen.message).toContain('did not end within 5 m, and was stopped; its last line: b');
  });

  test('of k6 says what its code means', () => {
    expect(judged({ code: 107 }, K6).message).toContain('the script has thrown an exception');
    expect(judged({ code: 99 }, K6).message).toContain('thresholds have failed');
  });

  test('shows what was printed last, and nothing when it is good', () => {
    expect(judged({ code: 1 }).excerpt).toBe('a\nb');
    expect(judged({ code: 1, lines: [] }).message).toBe(
      'the command ended with 1, and printed nothing',
    );
    expect(judged({ code: 0 })).not.toHaveProperty('excerpt');
  });

  test('decides at once, unless it is asked for more than once', () => {
    expect(judged({ code: 1 }).retry).toBe(false);
    const policy = { script: 'x', timeout: 1, again: true };
    expect(judgeEnd({ ...ENDED, code: 1 }, policy).retry).toBe(true);
    expect(judgeEnd({ ...ENDED, code: 127 }, policy).retry).toBe(false);
  });
});
