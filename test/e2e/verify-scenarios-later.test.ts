import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { expectServing, testVersions } from './rollout-fixture.ts';
import {
  ERROR_RATE,
  expectTakenBack,
  measurementsOf,
  RESPONSE_TIME,
  type ScenarioResult,
  scenario,
} from './verify-scenario-fixture.ts';
import { testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };

/** No measurement was bad but the last one, which followed the first error within seconds. */
function expectFailedAtFirstErrors(result: ScenarioResult, good: number): void {
  const measurements = measurementsOf(result, 'error rate');
  const outcomes = measurements.map(({ outcome }) => outcome);
  expect(outcomes.indexOf('failed')).toBe(outcomes.length - 1);
  expect(outcomes.filter((outcome) => outcome === 'succeeded').length).toBeGreaterThan(good);
  const failed = Date.parse(result.report.started) + (measurements.at(-1)?.['at-ms'] ?? 0);
  const late = failed - (result.load?.firstError?.getTime() ?? Number.NaN);
  expect(late).toBeGreaterThan(0);
  expect(late).toBeLessThan(7_000);
  expect(result.step.errors[0]).toContain('did not stay good');
}

describe('a release under load', () => {
  realNodeTest('that answers slowly fails by its 95th percentile', async () => {
    const after = { ...COUNTED, LATENCY: '2500ms' };
    const result = await scenario('slow', {
      ...{ image, monitoring, checks: [ERROR_RATE, RESPONSE_TIME], before: COUNTED, after },
    });
    expectTakenBack(result, 'response time');
    const last = measurementsOf(result, 'response time').at(-1);
    expect(last).toMatchObject({ outcome: 'failed', threshold: '≤ 2' });
    expect(Number(last?.value)).toBeGreaterThan(2);
    expect(Number(last?.value)).toBeLessThan(5);
    expect(result.step.errors[0]).toContain('beyond the threshold ≤ 2');
    await expectServing(result.ground, image.v1);
  });

  realNodeTest('that degrades after a while fails at that moment', async () => {
    const after = { ...COUNTED, ERROR_RATE: '50', ERRORS_AFTER: '25s' };
    const result = await scenario('later', {
      ...{ image, monitoring, checks: [ERROR_RATE, RESPONSE_TIME], before: COUNTED, after },
      inputs: { duration: '2m' },
    });
    expectTakenBack(result, 'error rate');
    expectFailedAtFirstErrors(result, 10);
    await expectServing(result.ground, image.v1);
  });

  realNodeTest('that degrades after two minutes fails at that moment', async () => {
    const after = { ...COUNTED, ERROR_RATE: '50', ERRORS_AFTER: '2m' };
    const result = await scenario('two-minutes', {
      ...{ image, monitoring, checks: [ERROR_RATE, RESPONSE_TIME], before: COUNTED, after },
      inputs: { duration: '5m' },
    });
    expectTakenBack(result, 'error rate');
    expectFailedAtFirstErrors(result, 90);
    await expectServing(result.ground, image.v1);
  });
});
