import { describe, expect } from '@jest/globals';
import { type Playground, realNodeTest } from './fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import { expectTakenBack, scenario } from './verify-scenario-fixture.ts';
import { testMonitoring, untilFiredFor } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };
const IN_TROUBLE = { ...COUNTED, ERROR_RATE: '20' };
const NAME = 'no new alert';

function alerts(more: object = {}): object {
  const matchers = ['namespace="{{namespace}}"'];
  const { url } = monitoring.alertmanager;
  return { alerts: { name: NAME, source: 'alertmanager', url, matchers, ...more } };
}

/** Long enough that it is no question what came first. */
async function untilItFires({ namespace }: Playground): Promise<void> {
  await untilFiredFor(monitoring, namespace, 5);
}

describe('a release', () => {
  realNodeTest('is verified although an alert fires that had fired before it', async () => {
    const { step } = await scenario('alert-before', {
      ...{ image, monitoring, checks: [alerts()], before: IN_TROUBLE, after: IN_TROUBLE },
      beforeRelease: untilItFires,
    });
    expect(step.outputs).toMatchObject({ status: 'succeeded', verified: 'true' });
    expect(step.summary).toContain('HighErrorRate');
  });

  realNodeTest('fails by an alert that had fired before it where those count, too', async () => {
    const { step } = await scenario('alert-counts', {
      ...{ image, monitoring, before: IN_TROUBLE, after: IN_TROUBLE },
      checks: [alerts({ 'ignore-existing': false })],
      beforeRelease: untilItFires,
    });
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': NAME });
    expect(step.errors.join()).toContain('HighErrorRate');
  });

  realNodeTest('fails by an alert that began after it, and is taken back', async () => {
    const result = await scenario('alert-after', {
      ...{ image, monitoring, checks: [alerts()], before: COUNTED, after: IN_TROUBLE },
      inputs: { duration: '40s' },
    });
    expectTakenBack(result, NAME);
    expect(result.step.errors.join()).toContain('HighErrorRate');
  });

  realNodeTest('fails by the rule of an alert that does not fire yet', async () => {
    const name = 'no rule is true';
    const result = await scenario('rule-true', {
      ...{ image, monitoring, before: COUNTED, after: IN_TROUBLE },
      checks: [{ rules: { name, labels: { namespace: '{{namespace}}' } } }],
      inputs: { duration: '40s' },
    });
    expectTakenBack(result, name);
    expect(result.step.errors.join()).toContain('HighErrorRate');
  });
});
