import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { expectGood, expectServing, ledger, testVersions } from './rollout-fixture.ts';
import {
  ERROR_RATE,
  expectTakenBack,
  measurementsOf,
  RESPONSE_TIME,
  scenario,
} from './verify-scenario-fixture.ts';
import { testMonitoring } from './verify-scenario-prometheus.ts';

const image = testVersions();
const monitoring = testMonitoring();
const COUNTED = { METRICS_FROM_START: '1' };

describe('a release under load', () => {
  realNodeTest('that answers well and quickly is verified', async () => {
    const checks = [ERROR_RATE, RESPONSE_TIME];
    const told = { before: COUNTED, after: COUNTED };
    const result = await scenario('good', { image, monitoring, checks, ...told });
    const { ground, step, report, load } = result;
    expectGood(step);
    expect(step.outputs).toMatchObject({ verified: 'true', 'rolled-back': 'not-needed' });
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'verified' });
    expect(report['elapsed-ms']).toBeGreaterThanOrEqual(20_000);
    const outcomes = measurementsOf(result, 'error rate').map(({ outcome }) => outcome);
    expect(outcomes).not.toContain('failed');
    expect(outcomes.at(-1)).toBe('succeeded');
    expect(load?.answers[200]).toBeGreaterThan(20 * 40);
    expect(load?.answers[500]).toBeUndefined();
    await expectServing(ground, image.v2);
  });

  realNodeTest('with four per cent of errors is verified: five are allowed', async () => {
    const after = { ...COUNTED, ERROR_RATE: '4' };
    const checks = [ERROR_RATE];
    const measured = { measured: true, inputs: { duration: '10s' } };
    const result = await scenario('four', {
      ...{ image, monitoring, checks, before: COUNTED, after, ...measured },
    });
    expectGood(result.step);
    expect(result.step.outputs.verified).toBe('true');
    for (const { value } of measurementsOf(result, 'error rate')) {
      expect(Number(value)).toBeGreaterThan(0.03);
      expect(Number(value)).toBeLessThan(0.05);
    }
  });

  realNodeTest('with six per cent of errors fails at the first measurement', async () => {
    const after = { ...COUNTED, ERROR_RATE: '6' };
    const checks = [ERROR_RATE, RESPONSE_TIME];
    const result = await scenario('six', {
      ...{ image, monitoring, checks, before: COUNTED, after, measured: true },
    });
    expectTakenBack(result, 'error rate');
    const [first] = measurementsOf(result, 'error rate');
    expect(first).toMatchObject({ outcome: 'failed', threshold: '≤ 0.05', 'at-ms': 0 });
    expect(Number(first?.value)).toBeGreaterThan(0.05);
    expect(Number(first?.value)).toBeLessThan(0.07);
    expect(result.step.errors[0]).toContain(`${first?.value}`);
    expect(result.step.errors[0]).toContain('beyond the threshold ≤ 0.05');
    await expectServing(result.ground, image.v1);
  });

  for (const rate of [10, 50]) {
    realNodeTest(`with ${rate} per cent of errors fails as soon as they show`, async () => {
      const after = { ...COUNTED, ERROR_RATE: `${rate}` };
      const checks = [ERROR_RATE, RESPONSE_TIME];
      const result = await scenario(`rate-${rate}`, {
        ...{ image, monitoring, checks, before: COUNTED, after },
      });
      expectTakenBack(result, 'error rate');
      const last = measurementsOf(result, 'error rate').at(-1);
      expect(last).toMatchObject({ outcome: 'failed', threshold: '≤ 0.05' });
      expect(Number(last?.value)).toBeGreaterThan(0.05);
      expect(Number(last?.value)).toBeLessThan(rate / 100 + 0.02);
      expect(result.step.errors[0]).toContain(`${last?.value}`);
      expect(await ledger(result.ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
      await expectServing(result.ground, image.v1);
    });
  }
});
