import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import { until } from './until.ts';
import { scenario } from './verify-scenario-fixture.ts';
import { alertsOf, testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };

/** What fires in Prometheus. */
const ALERTS = {
  prometheus: {
    name: 'alerts',
    query: 'count(ALERTS{namespace="{{namespace}}",alertstate="firing"}) or vector(0)',
    max: 0,
  },
};

describe('an alert of the process', () => {
  for (const [alert, after] of [
    ['HighErrorRate', { ...COUNTED, ERROR_RATE: '20' }],
    ['HighResponseTime', { ...COUNTED, LATENCY: '2500ms' }],
  ] as const) {
    realNodeTest(`${alert} fires for a bad release, and reaches Alertmanager`, async () => {
      const { ground, step } = await scenario(alert.toLowerCase(), {
        ...{ image, monitoring, checks: [ALERTS], before: COUNTED, after },
        inputs: { duration: '40s', 'on-failure': 'none' },
      });
      expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'alerts' });
      expect(step.errors[0]).toContain('did not stay good');
      await until('Alertmanager has it', async () =>
        (await alertsOf(monitoring, ground.namespace)).includes(alert),
      );
      expect(await alertsOf(monitoring, ground.namespace)).toEqual([alert]);
    });
  }
});
