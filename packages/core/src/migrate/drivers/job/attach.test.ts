import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../workload/kinds/job.ts';
import { isUnbegun, jobToTakeUp } from './attach.ts';

function job(
  name: string,
  conditions: readonly string[] = [],
  annotations: Readonly<Record<string, string>> = {},
): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations },
    spec: { template: { spec: { containers: [] } } },
    status: { conditions: conditions.map((type) => ({ type, status: 'True' })) },
  };
}

const told = { 'paal.dev/told': 'true' };

describe('the Job that a step takes up', () => {
  test.each([
    ['none where there is none', [], undefined],
    ['one that runs, of an attempt before', [job('a-1')], 'a-1'],
    ['its own that has ended', [job('a-2', ['Complete'])], 'a-2'],
    ['its own that has failed', [job('a-2', ['Failed'])], 'a-2'],
    [
      'one that runs, rather than its own that has ended',
      [job('a-2', ['Failed']), job('a-1')],
      'a-1',
    ],
    ['none that has ended in an attempt before', [job('a-1', ['Complete'])], undefined],
    ['none of which an attempt before has told the end', [job('a-1', [], told)], undefined],
    ['its own of which the end was told', [job('a-2', [], told)], 'a-2'],
    ['one that fails, and whose pod still ends', [job('a-1', ['FailureTarget'])], 'a-1'],
  ])('is %s', (_, found, expected) => {
    expect(jobToTakeUp(found, 'a-2')?.metadata.name).toBe(expected);
  });

  test('is made whole only where it has never begun', () => {
    const made = job('a-1');
    const suspended = { ...made, spec: { ...made.spec, suspend: true } };
    const startTime = '2026-01-01T00:00:00Z';
    expect(isUnbegun(suspended)).toBe(true);
    expect(isUnbegun(made)).toBe(false);
    // Somebody has suspended it on purpose.
    expect(isUnbegun({ ...suspended, status: { startTime } } as Job)).toBe(false);
  });
});
