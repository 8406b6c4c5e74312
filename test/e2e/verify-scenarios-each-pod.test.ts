import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import { expectTakenBack, scenario } from './verify-scenario-fixture.ts';
import { testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const VERSION = { name: 'version', path: '/version' };

/** The errors of the new pods alone. */
const NEW_PODS = {
  prometheus: {
    name: 'errors of the new pods',
    query:
      'sum(rate(http_requests_total{namespace="{{namespace}}",pod=~"{{pods}}",status=~"5.."}[{{window}}])) / ' +
      'sum(rate(http_requests_total{namespace="{{namespace}}",pod=~"{{pods}}"}[{{window}}]))',
    max: 0.05,
    'min-requests': 20,
  },
};

describe('a release', () => {
  realNodeTest('that is good on average fails by the errors that its own pods count', async () => {
    const result = await scenario('new-pods', {
      ...{ image, monitoring, checks: [NEW_PODS], after: { ERROR_RATE: '12' } },
      ...{ replicas: 1, forgotten: 3 },
    });
    expectTakenBack(result, 'errors of the new pods');
    expect(result.step.errors.join()).toContain('beyond the threshold ≤ 0.05');
  });

  realNodeTest('that is good on average fails by the errors that its own pods log', async () => {
    const result = await scenario('new-logs', {
      ...{ image, monitoring, checks: [{ logs: { name: 'logs' } }] },
      ...{ after: { ERROR_RATE: '12', LOG_ERRORS: '1' }, replicas: 1, forgotten: 3 },
    });
    expectTakenBack(result, 'logs');
    expect(result.step.errors.join()).toContain('the order could not be saved');
  });

  realNodeTest('fails while pods of before answer behind the same Service', async () => {
    const { step } = await scenario('old-answer', {
      ...{ image, monitoring, replicas: 1, forgotten: 1, load: 0 },
      checks: [{ version: { ...VERSION, url: '{{url}}', requests: 30 } }],
      inputs: { duration: '8s' },
    });
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'version' });
    expect(step.errors.join()).toMatch(/\d+ of 30 answers were of version "v1"/);
  });

  realNodeTest('fails by the one pod of three that answers with another version', async () => {
    const { step } = await scenario('one-of-three', {
      ...{ image, monitoring, replicas: 3, load: 0, workload: { kind: 'StatefulSet' } },
      checks: [{ version: VERSION }],
      after: { REPORT_VERSION: 'v1', STALE_ORDINAL: '1' },
      inputs: { duration: '8s' },
    });
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'version' });
    expect(step.errors.join()).toContain('web-1');
  });

  realNodeTest('fails when a container of it restarts', async () => {
    const result = await scenario('restarts', {
      ...{ image, monitoring, checks: [{ restarts: { name: 'restarts' } }], load: 0 },
      after: { EXIT_CODE: '1', EXIT_AFTER: '15s' },
      inputs: { duration: '40s' },
    });
    expectTakenBack(result, 'restarts');
    expect(result.step.errors.join()).toContain(
      'container web restarted once, last it exited with code 1',
    );
  });
});
