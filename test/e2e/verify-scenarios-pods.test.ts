import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import {
  ERROR_RATE,
  expectTakenBack,
  measurementsOf,
  scenario,
} from './verify-scenario-fixture.ts';
import { testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };

/** The worst of what each revision's pods answer. */
const ERROR_RATE_OF_REVISION = {
  prometheus: {
    name: 'error rate of a revision',
    query:
      'max(sum by (pod_template_hash) (rate(http_requests_total{namespace="{{namespace}}",status=~"5.."}[10s])) / ' +
      'sum by (pod_template_hash) (rate(http_requests_total{namespace="{{namespace}}"}[10s])))',
    max: 0.05,
  },
};

/** So many answers in a row are not all from the right pods by chance. */
const VERSION = {
  http: {
    name: 'version',
    url: '{{url}}/version',
    json: { version: '{{version}}' },
    successes: 30,
  },
};
const OFTEN = { duration: '8s', interval: '100ms' };

describe('a release behind a Service', () => {
  realNodeTest('that is good on average fails by the errors of its own pods', async () => {
    const after = { ...COUNTED, ERROR_RATE: '12' };
    const result = await scenario('average', {
      ...{ image, monitoring, before: COUNTED, after, measured: true, replicas: 1, forgotten: 3 },
      checks: [ERROR_RATE, ERROR_RATE_OF_REVISION],
    });
    expectTakenBack(result, 'error rate of a revision');
    const [average] = measurementsOf(result, 'error rate');
    expect(average?.outcome).toBe('succeeded');
    expect(Number(average?.value)).toBeLessThan(0.05);
    const own = measurementsOf(result, 'error rate of a revision').at(-1);
    expect(Number(own?.value)).toBeGreaterThan(0.1);
  });

  realNodeTest('is not proven while pods of the version before answer there', async () => {
    const result = await scenario('forgotten', {
      ...{ image, monitoring, checks: [VERSION], inputs: OFTEN },
      ...{ load: 0, replicas: 1, forgotten: 1 },
    });
    expectTakenBack(result, 'version');
    expect(result.step.errors[0]).toContain('expected "v2", got "v1"');
  });

  realNodeTest('is not proven while one pod of three answers with another version', async () => {
    const after = { REPORT_VERSION: 'v1', STALE_ORDINAL: '1' };
    const result = await scenario('one-pod', {
      ...{ image, monitoring, checks: [VERSION], inputs: OFTEN, load: 0, replicas: 3, after },
      workload: { kind: 'StatefulSet' },
    });
    expectTakenBack(result, 'version');
    const outcomes = measurementsOf(result, 'version').map(({ outcome }) => outcome);
    const wrong = outcomes.filter((outcome) => outcome === 'failed');
    expect(wrong.length / outcomes.length).toBeGreaterThan(0.1);
    expect(wrong.length / outcomes.length).toBeLessThan(0.6);
  });
});
