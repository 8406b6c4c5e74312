import { describe, expect, test } from '@jest/globals';
import type { Condition } from '../types.ts';
import { type Job, jobRules } from './job.ts';
import { collectionsOf, judged, leaving, podOf, template, withMeta } from './kinds.test-data.ts';

type Status = NonNullable<Job['status']>;

function job(status: Partial<Status> = {}, spec: Partial<Job['spec']> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'shop', uid: 'job-1', generation: 1 },
    spec: { completions: 1, parallelism: 1, template: template(), ...spec },
    status,
  };
}

function condition(type: string, reason: string, message = ''): Condition {
  return { type, status: 'True', reason, message };
}

const reached = condition('SuccessCriteriaMet', 'CompletionsReached');
const complete = condition('Complete', 'CompletionsReached');
const given = condition(
  'FailureTarget',
  'BackoffLimitExceeded',
  'Job has reached the specified backoff limit',
);

describe('a Job is complete', () => {
  // Its status as the controller wrote it.
  test.each<[string, Status, boolean, string]>([
    ['it is made', {}, false, '0 of 1 succeeded, 0 active'],
    ['its pod is made', { active: 1, ready: 0 }, false, '0 of 1 succeeded, 1 active'],
    [
      'its pod has ended',
      { active: 1, ready: 0, uncountedTerminatedPods: {} },
      false,
      '0 of 1 succeeded, 1 active',
    ],
    [
      'enough has succeeded',
      { uncountedTerminatedPods: { succeeded: ['ec65e79a'] }, conditions: [reached] },
      false,
      '0 of 1 succeeded, 0 active, waiting for its pods to end',
    ],
    [
      'all is counted',
      { succeeded: 1, conditions: [reached, complete] },
      true,
      '1 of 1 succeeded, 0 active',
    ],
  ])('once all is done: %s', (_, status, done, text) => {
    expect(judged(jobRules, job(status))).toMatchObject({ complete: done, text });
  });

  test('with fewer pods than completions, when its success policy says so', () => {
    const policy = condition('Complete', 'SuccessPolicy', 'Matched rules at index 0');
    expect(
      judged(jobRules, job({ succeeded: 2, conditions: [policy] }, { completions: 3 })).complete,
    ).toBe(true);
  });

  test('also while ttlSecondsAfterFinished has it deleted', () => {
    expect(judged(jobRules, leaving(job({ succeeded: 1, conditions: [complete] }))).complete).toBe(
      true,
    );
    expect(judged(jobRules, leaving(job({ active: 1 }))).complete).toBe(false);
  });

  test('and is not watched any longer then', () => {
    expect(jobRules.keepsRunning(job())).toBe(false);
  });
});

describe('a Job has failed', () => {
  test('as soon as the controller has decided so, while its pods still end', () => {
    const status = {
      uncountedTerminatedPods: { failed: ['3261188c'] },
      failed: 1,
      conditions: [given],
    };
    expect(judged(jobRules, job(status))).toMatchObject({
      complete: false,
      text: '0 of 1 succeeded, 0 active, 2 failed',
      failure: {
        reason: 'BackoffLimitExceeded',
        class: 'permanent',
        message:
          'The job/migrate failed (BackoffLimitExceeded, 2 failed pods): Job has reached the specified backoff limit.',
      },
    });
  });

  test.each(['DeadlineExceeded', 'PodFailurePolicy', 'MaxFailedIndexesExceeded', 'FailedIndexes'])(
    'for the reason %s that it gives',
    (reason) => {
      const status = { failed: 1, conditions: [condition('Failed', reason, 'It says why')] };
      expect(judged(jobRules, job(status)).failure).toMatchObject({
        reason,
        message: `The job/migrate failed (${reason}, 1 failed pod): It says why.`,
      });
    },
  );

  test('not by a condition that is not True', () => {
    const conditions = [{ type: 'FailureTarget', status: 'False', reason: 'BackoffLimitExceeded' }];
    expect(judged(jobRules, job({ active: 1, conditions })).failure).toBeUndefined();
  });

  test('through the cluster, when every failed pod was ended by it', () => {
    const one = job({ failed: 1, conditions: [given] });
    const evicted = podOf(one, { name: 'a', phase: 'Failed', status: { reason: 'Preempting' } });
    const crashed = podOf(one, { name: 'b', phase: 'Failed' });
    expect(judged(jobRules, one, evicted).failure?.class).toBe('infrastructure');
    expect(judged(jobRules, one, evicted, crashed).failure?.class).toBe('permanent');
  });
});

describe('a suspended Job', () => {
  test('is a failure, with the command that resumes it', () => {
    expect(judged(jobRules, job({}, { suspend: true })).failure).toMatchObject({
      reason: 'Suspended',
      hint: `Resume it: kubectl -n shop patch job/migrate --type=merge -p '{"spec":{"suspend":false}}'`,
    });
  });

  test('is none once it is resumed, though its condition still says so', () => {
    const status = { conditions: [condition('Suspended', 'JobSuspended')] };
    expect(judged(jobRules, job(status, { suspend: false })).failure).toBeUndefined();
  });

  test('is waited for when something else is to begin it', () => {
    const queued = withMeta(job({}, { suspend: true }), {
      labels: { 'kueue.x-k8s.io/queue-name': 'batch' },
    });
    expect(judged(jobRules, queued).failure).toBeUndefined();
    const managed = job({}, { suspend: true, managedBy: 'kueue.x-k8s.io/multikueue' });
    expect(judged(jobRules, managed).failure).toBeUndefined();
  });
});

describe('the progress of a Job', () => {
  test('is what has succeeded, and no retry', () => {
    const first = judged(jobRules, job({ active: 1, ready: 1 })).advance;
    const retry = judged(jobRules, job({ active: 1, ready: 1, failed: 1 })).advance;
    expect(retry).toEqual(first);
    const second = judged(jobRules, job({ active: 1, succeeded: 1 })).advance;
    expect(second[0]).toBeGreaterThan(first[0] ?? 0);
  });

  test('comes from the pods that it controls, all of one template', () => {
    const one = job();
    const running = podOf(one, { name: 'a' });
    const other = podOf(withMeta(one, { uid: 'job-2' }), { name: 'b' });
    const related = jobRules.relate(one, collectionsOf(running, other));
    expect(related.newPods).toEqual([running]);
    expect(related.pods).toEqual([running]);
  });
});
