import { describe, expect, test } from '@jest/globals';
import { merged } from './evidence.ts';

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
