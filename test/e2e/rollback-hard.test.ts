import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { expectNoLeftovers } from './killed-fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** A namespace in which version 1 served, and version 2 does. */
async function released(label: string, spec: object = {}): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await applyManifest(ground, [web({ image: image.v1, spec })]));
  expectGood(await applyManifest(ground, [web({ image: image.v2, spec })]));
  return ground;
}

const QUOTA = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'full' },
  spec: { hard: { 'count/pods': '1' } },
};

describe('a rollback that has no room for its first pod', () => {
  realNodeTest('waits for it, and says what it waits for', async () => {
    const ground = await released('quota-frees');
    await ground.apply(QUOTA);
    let freed: Promise<string> | undefined;
    const onLog = (log: string): void => {
      if (log.includes('exceeded quota: full')) {
        freed ??= ground.kubectl('delete', 'resourcequota', 'full');
      }
    };
    const step = await ground.step('rollback', { bake: '1s' }, { onLog });
    expect(freed).toBeDefined();
    await freed;
    expectGood(step);
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
  });

  realNodeTest('fails in the words of the quota, and what served goes on serving', async () => {
    const ground = await released('quota-stays');
    await ground.apply(QUOTA);
    const step = await rollBack(ground);
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'FailedCreate' });
    expect(step.errors).toEqual([expect.stringMatching(/exceeded quota: full/)]);
    expect(step.summary).toContain('exceeded quota: full');
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
    const pods = await ground.kubectl(
      'get',
      'pods',
      '-ojsonpath={.items[*].spec.containers[*].image}',
    );
    expect(pods).toBe(image.v2);
    // With room, the same again goes on from there.
    await ground.kubectl('delete', 'resourcequota', 'full');
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
  });
});

describe('a rollback of a Deployment', () => {
  realNodeTest('leaves its replicas to its autoscaler, as the next rollout does', async () => {
    const ground = await released('autoscaled');
    await ground.kubectl('autoscale', 'deployment/web', '--min=2', '--max=3');
    const replicas = async () =>
      await ground.kubectl('get', 'deployment/web', '-ojsonpath={.spec.replicas}');
    await until('the autoscaler has its way', async () => (await replicas()) === '2');
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
    expect(await replicas()).toBe('2');
    expectGood(await applyManifest(ground, [web({ image: image.v3 })]));
    await expectServing(ground, image.v3);
    expect(await replicas()).toBe('2');
  });

  realNodeTest('that is paused says so, and is done once it is resumed', async () => {
    const ground = await released('paused-back');
    await ground.kubectl('rollout', 'pause', 'deployment/web');
    const step = await rollBack(ground);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'Paused' });
    const resume = `kubectl -n ${ground.namespace} rollout resume deployment/web`;
    expect(step.errors).toEqual([expect.stringContaining(resume)]);
    await ground.kubectl('rollout', 'resume', 'deployment/web');
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
  });

  realNodeTest('passes over the release before, if that was bad', async () => {
    const ground = await playground('bad-before');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const budgets = 'ImageNotFound=1s';
    const bad = await applyManifest(ground, [web({ image: image.missing })], { budgets });
    expect(bad.outputs['rolled-back']).toBe('succeeded');
    expectGood(await applyManifest(ground, [web({ image: image.v3 })]));
    const step = await rollBack(ground);
    expectGood(step);
    expect(step.outputs).toMatchObject({ from: '3', to: '1' });
    await expectServing(ground, image.v1);
  });

  realNodeTest(
    'that failed and was left goes to what served last, whatever its old status claims (trap 15)',
    async () => {
      const spec = { strategy: { type: 'Recreate' }, progressDeadlineSeconds: 5 };
      const ground = await released('left', spec);
      const stuck = web({ image: image.v3, env: { NEVER_READY: '1' }, spec });
      const bad = await applyManifest(ground, [stuck], { 'on-failure': 'none' });
      expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'not-attempted' });
      const step = await rollBack(ground);
      expectGood(step);
      expect(step.outputs).toMatchObject({ from: '3', to: '2' });
      await expectServing(ground, image.v2);
      expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out', 3: 'failed' });
      // Release 3 is not what runs any more.
      expectGood(await rollBack(ground));
      await expectServing(ground, image.v1);
    },
  );

  realNodeTest(
    'that kubectl set image changed in between leaves nothing behind for the next one',
    async () => {
      const ground = await released('by-hand');
      await ground.kubectl('set', 'image', 'deployment/web', `web=${image.v1}`);
      await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      expectGood(await setImage(ground, image.v3));
      const step = await rollBack(ground);
      expectGood(step);
      // By hand, it was release 1 that ran before release 3.
      expect(step.outputs).toMatchObject({ from: '3', to: '1' });
      await expectServing(ground, image.v1);
      expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back', 3: 'rolled-back' });
      expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
      await expectServing(ground, image.v2);
      await expectNoLeftovers({ ...ground, resource: 'deployments' });
    },
  );
});
