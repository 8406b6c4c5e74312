import { describe, expect } from '@jest/globals';
import { type Playground, realNodeTest } from './fixture.ts';
import { expectGood, testVersions } from './rollout-fixture.ts';
import { expectTakenBack, scenario } from './verify-scenario-fixture.ts';
import { testMonitoring, untilMeasuredFor } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const NAME = 'median of the response times';

/** Slower than `baseline` says by half, and by a tenth of a second. */
function compared(baseline: 'before' | 'verified'): object {
  const buckets = 'http_request_duration_seconds_bucket{namespace="{{namespace}}",pod=~"{{pods}}"}';
  const query = `histogram_quantile(0.5, sum by (le) (rate(${buckets}[{{window}}])))`;
  return { prometheus: { name: NAME, query, baseline, 'max-increase': ['50%', 0.1] } };
}

/** What a step of verify-health is told that looks at v1. */
function inputsFor(baseline: 'before' | 'verified', more: Readonly<Record<string, string>>) {
  return {
    checks: JSON.stringify([compared(baseline)]),
    'prometheus-url': monitoring.prometheus.url,
    duration: '5s',
    interval: '1s',
    ...more,
  };
}

describe('a release that is three times as slow as what was there before', () => {
  realNodeTest('fails by what a step ahead of it has measured, and is taken back', async () => {
    const told: Record<string, string> = {};
    const result = await scenario('baseline-before', {
      ...{ image, monitoring, checks: [compared('before')], inputs: told },
      ...{ before: { LATENCY: '150ms' }, after: { LATENCY: '450ms' } },
      beforeRelease: async (ground: Playground) => {
        const more = { phase: 'before', workloads: 'deployment/web' };
        const step = await ground.step('verify-health', inputsFor('before', more));
        expectGood(step);
        told.baseline = step.outputs.baseline ?? '';
      },
    });
    expect(told.baseline).not.toBe('');
    expectTakenBack(result, NAME);
    expect(result.step.errors.join()).toMatch(/before the release it was 0\.\d+ \(\+\d+/);
    expect(result.step.summary).toContain('xychart-beta');
  });

  realNodeTest('fails by what Prometheus still knows of the time before', async () => {
    const result = await scenario('baseline-asked', {
      ...{ image, monitoring, checks: [compared('before')] },
      ...{ before: { LATENCY: '150ms' }, after: { LATENCY: '450ms' } },
      // It is asked for a time shortly before the release began.
      beforeRelease: async ({ namespace }) => await untilMeasuredFor(monitoring, namespace, 40),
    });
    expectTakenBack(result, NAME);
  });

  realNodeTest('fails by what the ledger keeps of the last verified release', async () => {
    const result = await scenario('baseline-verified', {
      ...{ image, monitoring, checks: [compared('verified')] },
      ...{ before: { LATENCY: '150ms' }, after: { LATENCY: '450ms' } },
      beforeRelease: async (ground: Playground) => {
        const checks = [{ prometheus: { ...absolute(), name: NAME } }];
        const more = { release: '1', version: 'v1', checks: JSON.stringify(checks) };
        expectGood(await ground.step('verify-health', inputsFor('verified', more)));
        const kept = await ground.kubectl('get', 'configmap', '-oyaml', '-l', 'paal.dev/release=1');
        expect(kept).toContain('paal.dev/measured');
      },
    });
    expectTakenBack(result, NAME);
    expect(result.step.errors.join()).toContain('verified');
  });
});

/** The same value against a threshold of its own: there is nothing to compare the first release with. */
function absolute(): object {
  const {
    baseline: _,
    'max-increase': __,
    ...rest
  } = (compared('verified') as { readonly prometheus: Readonly<Record<string, unknown>> })
    .prometheus;
  return { ...rest, max: 2 };
}
