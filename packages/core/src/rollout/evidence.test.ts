import { describe, expect, test } from '@jest/globals';
import { merged, withLastWords } from './evidence.ts';

describe('findings', () => {
  const finding = (reason: string, pod: string, container = 'web') => ({
    reason,
    class: 'permanent' as const,
    workload: 'deployment/web',
    pod,
    container,
    message: `${reason} in ${pod}`,
  });

  test('that are the same in several pods are one, the first, with the others named', () => {
    const findings = [
      finding('A', 'web-1'),
      finding('A', 'web-2'),
      finding('B', 'web-2'),
      finding('A', 'web-3'),
    ];
    expect(merged(findings)).toEqual([
      { ...finding('A', 'web-1'), alsoIn: ['web-2', 'web-3'] },
      finding('B', 'web-2'),
    ]);
  });

  test('of different containers stay apart', () => {
    expect(merged([finding('A', 'web-1', 'web'), finding('A', 'web-1', 'proxy')])).toHaveLength(2);
  });
});

describe('the finding of a crash', () => {
  const finding = {
    reason: 'CrashLoop',
    class: 'probable' as const,
    message: 'The container web exited with code 1, 3 times so far.',
  };

  test('quotes the last line before the exit', () => {
    const title = 'Last lines of web in web-1 before it exited';
    const lines = ['starts', 'fatal: SMTP_URL is missing', ''];
    expect(withLastWords(finding, [{ title, lines }]).message).toBe(
      'The container web exited with code 1, 3 times so far. Its last words: fatal: SMTP_URL is missing',
    );
    const long = withLastWords(finding, [{ title, lines: ['x'.repeat(500)] }]).message;
    expect(long).toHaveLength(finding.message.length + 18 + 200);
  });

  test('quotes nothing of a run that is still going on', () => {
    const title = 'Last lines of web in web-1';
    expect(withLastWords(finding, [{ title, lines: ['serving'] }])).toBe(finding);
  });
});
