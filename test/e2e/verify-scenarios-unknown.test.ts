import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { expectServing, ledger, testVersions } from './rollout-fixture.ts';
import {
  ERROR_RATE,
  measurementsOf,
  RESPONSE_TIME,
  type ScenarioResult,
  scenario,
} from './verify-scenario-fixture.ts';
import { startMonitoring, testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };
const SHORT = { duration: '8s' };

/** Nothing is known of the release, so it is neither verified nor taken back. */
async function expectLeftAlone(result: ScenarioResult, status: string): Promise<void> {
  const { ground, step } = result;
  expect(step.outputs).toMatchObject({ status, verified: 'false', 'rolled-back': 'not-attempted' });
  expect(step.exitCode).toBe(1);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  await expectServing(ground, image.v2);
}

describe('a release of which nothing is known', () => {
  realNodeTest('because there is no traffic is inconclusive', async () => {
    const checks = [ERROR_RATE];
    const result = await scenario('idle', { image, monitoring, checks, load: 0, inputs: SHORT });
    await expectLeftAlone(result, 'inconclusive');
    expect(result.step.errors[0]).toContain('the result is empty (no-data: inconclusive)');
    const outcomes = measurementsOf(result, 'error rate').map(({ outcome }) => outcome);
    expect(outcomes).toEqual(Array(outcomes.length).fill('inconclusive'));
  });

  realNodeTest('because everything is NaN is inconclusive', async () => {
    const checks = [ERROR_RATE, RESPONSE_TIME];
    const result = await scenario('nan', {
      ...{ image, monitoring, checks, before: COUNTED, after: COUNTED },
      ...{ load: 0, measured: true, inputs: SHORT },
    });
    await expectLeftAlone(result, 'inconclusive');
    for (const name of ['error rate', 'response time']) {
      const values = measurementsOf(result, name).map(({ value }) => value);
      expect(new Set(values)).toEqual(new Set(['NaN']));
    }
    expect(result.step.errors[0]).toContain('the result is NaN (no-data: inconclusive)');
  });

  realNodeTest('because Prometheus ends half-way is an error, and not taken back', async () => {
    const own = await startMonitoring();
    let stopped: Promise<void> | undefined;
    const result = await scenario('dark', {
      ...{ image, monitoring: own, checks: [ERROR_RATE], before: COUNTED, after: COUNTED },
      inputs: { duration: '12s' },
      onLog: (log) => {
        if (log.includes('error rate: good')) stopped ??= own.prometheus.stop();
      },
    });
    await stopped;
    await expectLeftAlone(result, 'error');
    expect(result.step.errors[0]).toContain('does not answer');
    const outcomes = measurementsOf(result, 'error rate').map(({ outcome }) => outcome);
    expect(outcomes).toContain('succeeded');
    expect(outcomes.at(-1)).toBe('error');
  });
});

realNodeTest('an app that counts no errors before the first one needs no other query', async () => {
  const checks = [ERROR_RATE, RESPONSE_TIME];
  const { step } = await scenario('uncounted', { image, monitoring, checks, inputs: SHORT });
  expect(step.outputs).toMatchObject({ status: 'succeeded', verified: 'true' });
  expect(step.summary).toContain('no series');
});
