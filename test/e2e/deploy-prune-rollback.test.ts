import { describe, expect } from '@jest/globals';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

describe('paal/rollback after a prune', () => {
  realNodeTest('brings back what was pruned, and says so', async () => {
    const ground = await playground('pruned-back');
    const prune = { prune: 'true' };
    const core = (tag: string): readonly object[] => [web({ image: tag }), service('web')];
    const worker = [web({ name: 'worker', image: image.v1 }), service('worker')];
    expectGood(await applyManifest(ground, [...core(image.v1), ...worker], prune));
    expectGood(await applyManifest(ground, core(image.v2), prune));
    expectGood(await verifyRelease(ground, '2'));
    const names = ['deployment.apps/worker', 'service/worker'];
    const there = () => ground.kubectl('get', ...names, '--ignore-not-found', '-oname');
    expect(await there()).toBe('');

    const plan = await rollBack(ground, { 'dry-run': 'true' });
    expectGood(plan);
    expect(plan.log).toContain('deployment/worker is gone, and is made again as it was applied');
    expect(await there()).toBe('');

    const step = await rollBack(ground);
    expectGood(step);
    expect(step.outputs).toMatchObject({ from: '2', to: '1' });
    expect(step.summary).toContain('service/worker was gone, and is there again.');
    await expectServing(ground, image.v1);
    await expectServing(ground, image.v1, 'worker');
    expect(await there()).toBe(names.join('\n'));
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
  });
});
