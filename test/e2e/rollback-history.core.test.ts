import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('a deployment', () => {
  realNodeTest('after a rollback is a release like any other', async () => {
    const ground = await playground('after-rollback');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
    expectGood(await rollBack(ground));
    const step = await applyManifest(ground, [web({ image: image.v3 })]);
    expectGood(step);
    expect(step.outputs).toMatchObject({ release: '3', changed: 'true' });
    await expectServing(ground, image.v3);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back', 3: 'rolled-out' });
  });

  realNodeTest(
    'of manifests over kubectl set image is refused, unless it is to win (trap 26)',
    async () => {
      const ground = await playground('kubectl-set');
      expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
      await ground.kubectl('set', 'image', 'deployment/web', `web=${image.v2}`);
      await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      const refused = await applyManifest(ground, [web({ image: image.v3 })]);
      expect(refused.errors).toEqual([
        expect.stringMatching(
          /^web\.yaml:1:1: deployment\/web was not applied, because others manage fields that it sets: .*image \(set by kubectl-set\).*force-conflicts: true/,
        ),
      ]);
      expect(refused.outputs).toMatchObject({ 'failure-reason': 'BadInput', changed: 'false' });
      await expectServing(ground, image.v2);
      expectGood(
        await applyManifest(ground, [web({ image: image.v3 })], { 'force-conflicts': 'true' }),
      );
      await expectServing(ground, image.v3);
    },
  );

  realNodeTest('that changes nothing is no release to go back from', async () => {
    const ground = await playground('again');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
    const again = await applyManifest(ground, [web({ image: image.v2 })]);
    expectGood(again);
    expect(again.outputs).toMatchObject({ changed: 'false', release: '2', revision: '2' });
    expect(again.summary).toMatch(/^## ✅ Release 2 runs already\n/);
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
  });
});
