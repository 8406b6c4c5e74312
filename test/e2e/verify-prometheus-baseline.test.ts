import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Observation } from '../../packages/core/src/verify/check.ts';
import type { Surroundings } from '../../packages/core/src/verify/probe.ts';
import type { WebService } from '../cluster/services/prometheus.ts';
import {
  errorRatio,
  liveDouble,
  prometheusCheck,
  prometheusWith,
  ruleText,
  surroundings,
  untilResult,
} from './verify-prometheus-fixture.ts';

const NEVER = new AbortController().signal;

/** When the service that changes begins to give errors, in seconds since 1970: after its first 40 s. */
const CHANGE = Math.floor(Date.now() / 1_000) + 40;

const COUNTERS = [
  { app: 'good', status: '200', value: '99 * time()' },
  { app: 'good', status: '500', value: '1 * time()' },
  { app: 'changes', status: '200', value: '90 * time()' },
  { app: 'changes', status: '500', value: `10 * scalar(clamp_min(vector(time() - ${CHANGE}), 0))` },
];

let prometheus: WebService;

beforeAll(async () => {
  prometheus = await prometheusWith(ruleText(COUNTERS));
  await untilResult(prometheus, errorRatio('good'));
});

async function ask(config: object, more: Partial<Surroundings> = {}): Promise<Observation> {
  return await prometheusCheck(config, surroundings(prometheus, more)).measure(NEVER);
}

describe('a baseline', () => {
  test('is what Prometheus has for the time before the release', async () => {
    const query = `(time() - ${CHANGE} > bool 0) * 9 + 1`;
    await untilResult(prometheus, `vector(time()) > ${CHANGE + 2}`);
    const asked = { query, baseline: 'before', 'max-increase': '20%' };
    const before = await ask(asked, { live: liveDouble([], 5_000) });
    expect(before.outcome).toBe('failed');
    expect(before.message).toContain('before the release it was 1 (+900%, allowed is ≤ 1.2)');
    expect(
      (await ask({ ...asked, 'max-increase': 20 }, { live: liveDouble([], 5_000) })).outcome,
    ).toBe('succeeded');
    const none = await ask(asked);
    expect(none).toMatchObject({ outcome: 'inconclusive' });
    expect(none.hint).toContain('phase: before');
    const first = await ask(asked, { first: true });
    expect(first.outcome).toBe('succeeded');
    expect(first.message).toContain('nothing was there before this first release');
  }, 120_000);

  test('of a ratio counts only what is more than chance', async () => {
    const query = errorRatio('changes');
    await untilResult(prometheus, `${query} > 0.05`);
    const asked = { query, baseline: 'before', 'max-increase': '20%' };
    const age = Date.now() - CHANGE * 1_000;
    const seen = await ask(asked, { live: liveDouble([], age) });
    expect(seen.outcome).toBe('failed');
    expect(seen.message).toMatch(/no chance: 0 of \d+ then, [\d.]+ of [\d.]+ now, z = \d/);
    const kept = () => [{ value: 0, hits: 0, total: 2 }];
    const few = await ask(asked, { before: kept });
    expect(few.outcome).toBe('succeeded');
    expect(few.message).toContain('which may be chance: 0 of 2 then');
  }, 120_000);

  test('is kept before the release, good or bad, with what was counted', async () => {
    const asked = { query: errorRatio('good'), max: 0, baseline: 'before', 'max-increase': '20%' };
    const seen = await ask(asked, { phase: 'before' });
    expect(seen.outcome).toBe('failed');
    expect(seen.keep).toMatchObject({ value: expect.closeTo(0.01, 3), hits: expect.any(Number) });
    const after = { ...asked, max: 1 };
    const good = await ask(after, { before: () => [seen.keep ?? null] });
    expect(good.outcome).toBe('succeeded');
    expect(good.message).toContain('before the release it was 0.01');
  });

  test('may be what verified releases had', async () => {
    const asked = { query: 'vector(12)', baseline: 'verified', 'max-increase': '10%' };
    const verifiedBefore = () => [10, 11, 9];
    expect((await ask(asked, { verifiedBefore })).message).toContain(
      'in the last 3 verified releases it was 10 (+20%, allowed is ≤ 11)',
    );
    expect((await ask(asked)).outcome).toBe('inconclusive');
  });
});
