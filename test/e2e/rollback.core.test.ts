import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** A namespace in which the images were released one after the other from a manifest. */
async function released(label: string, ...images: readonly string[]): Promise<Playground> {
  const ground = await playground(label);
  for (const tag of images) expectGood(await applyManifest(ground, [web({ image: tag })]));
  return ground;
}

describe('paal/rollback to the release before', () => {
  realNodeTest(
    'takes it back, and once more to the one before that, not to and fro (trap 12)',
    async () => {
      const ground = await released('previous', image.v1, image.v2, image.v3);
      const first = await rollBack(ground);
      expectGood(first);
      expect(first.outputs).toMatchObject({
        'rolled-back': 'succeeded',
        from: '3',
        to: '2',
        'rollback-target': 'unverified',
        release: '2',
        'failure-reason': '',
      });
      await expectServing(ground, image.v2);
      expect(first.summary).toMatch(/^## ✅ Back at release 2 .*\n\n\*\*It serves again\.\*\*/);

      const second = await rollBack(ground);
      expectGood(second);
      expect(second.outputs).toMatchObject({ from: '2', to: '1' });
      await expectServing(ground, image.v1);
      expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back', 3: 'rolled-back' });
    },
  );

  realNodeTest(
    'is what ran before PAAL came, where images were set; dry-run only says so',
    async () => {
      const ground = await playground('adopted');
      await ground.apply(web({ image: image.v1 }));
      expectGood(await setImage(ground, image.v2));
      const plan = await rollBack(ground, { 'dry-run': 'true' });
      expectGood(plan);
      expect(plan.outputs).toMatchObject({ from: '1', to: '0', release: '' });
      expect(plan.log).toContain('From release 1 to release 0 (adopted)');
      expect(plan.log).toContain('deployment/web: changes\n--- deployment/web (live)');
      expect(plan.log).toMatch(new RegExp(`^\\+ +-? ?image: ${image.v1}$`, 'm'));
      await expectServing(ground, image.v2);
      expect(await ledger(ground)).toEqual({ 0: 'adopted', 1: 'rolled-out' });

      const step = await rollBack(ground);
      expectGood(step);
      expect(step.outputs).toMatchObject({ from: '1', to: '0', version: '', release: '0' });
      await expectServing(ground, image.v1);
      expect(await ledger(ground)).toEqual({ 0: 'adopted', 1: 'rolled-back' });
    },
  );

  realNodeTest('takes back the ConfigMap that was applied with it (trap 27)', async () => {
    const ground = await playground('config');
    const objects = (tag: string, GREETING: string) => [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { GREETING } },
      web({ image: tag, container: { envFrom: [{ configMapRef: { name: 'web' } }] } }),
    ];
    expectGood(await applyManifest(ground, objects(image.v1, 'hello')));
    expectGood(await applyManifest(ground, objects(image.v2, 'goodbye')));
    const step = await rollBack(ground);
    expectGood(step);
    await expectServing(ground, image.v1);
    const { data } = await ground.get<{ data: object }>('configmap', 'web');
    expect(data).toEqual({ GREETING: 'hello' });
    expect(step.summary).toContain('ConfigMap web was put back too.');
  });

  realNodeTest('that does not exist is one clear error, and nothing is changed', async () => {
    const ground = await released('nothing', image.v1);
    const step = await rollBack(ground);
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([
      expect.stringMatching(
        /^There is no release before release 1 that served\. There are: 1 \(rolled-out, .*\)\.$/,
      ),
    ]);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'BadInput', to: '' });
    const { metadata } = await ground.get<{ metadata: { generation: number } }>(
      'deployment',
      'web',
    );
    expect(metadata.generation).toBe(1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });
  });
});

describe('paal/rollback to a release', () => {
  realNodeTest('takes that one, also when it was taken back before', async () => {
    const ground = await released('release', image.v1, image.v2);
    const back = await rollBack(ground, { to: 'release:1' });
    expectGood(back);
    expect(back.outputs).toMatchObject({ from: '2', to: '1', release: '1' });
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
    const forth = await rollBack(ground, { to: 'release:2' });
    expectGood(forth);
    expect(forth.outputs).toMatchObject({ from: '1', to: '2', release: '2' });
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });
});

describe('paal/rollback to a revision', () => {
  realNodeTest('takes that one, also under a number that it had before', async () => {
    const ground = await playground('revision');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    await ground.kubectl('set', 'image', 'deployment/web', `web=${image.v2}`);
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const workloads = 'deployment/web';
    const first = await rollBack(ground, { to: 'revision:1', workloads });
    expectGood(first);
    expect(first.outputs).toMatchObject({ from: '2', to: '1', version: 'revision 1' });
    await expectServing(ground, image.v1);
    expectGood(await rollBack(ground, { to: 'revision:2', workloads }));
    await expectServing(ground, image.v2);
    // Revision 1 is called 3 by now, and 2 is called 4.
    const again = await rollBack(ground, { to: 'revision:1', workloads });
    expectGood(again);
    expect(again.outputs).toMatchObject({ from: '4', to: '1' });
    await expectServing(ground, image.v1);
  });
});
