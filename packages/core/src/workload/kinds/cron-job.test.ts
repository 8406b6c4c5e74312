import { expect, test } from '@jest/globals';
import { type CronJob, cronJobRules } from './cron-job.ts';
import { judged, leaving, template } from './kinds.test-data.ts';

function cronJob(suspend = false): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report', namespace: 'shop', uid: 'cron-1', generation: 3 },
    spec: { schedule: '0 3 * * *', suspend, jobTemplate: { spec: { template: template() } } },
    status: {},
  };
}

test('a CronJob is complete when it is there, whatever its runs do', () => {
  expect(judged(cronJobRules, cronJob())).toEqual({
    observed: true,
    complete: true,
    text: 'runs at "0 3 * * *"',
    advance: [],
  });
});

test('a suspended CronJob is complete, and says so', () => {
  expect(judged(cronJobRules, cronJob(true))).toMatchObject({
    complete: true,
    remark: 'It is suspended, so that no run is begun.',
  });
});

test('a CronJob is not complete while it is being deleted', () => {
  expect(judged(cronJobRules, leaving(cronJob())).complete).toBe(false);
});
