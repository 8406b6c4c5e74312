import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  ledger,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('of 20 workloads one fails', () => {
  const NAMES = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  const BAD = 'web-13';

  function all(version: string, bad: string): readonly object[] {
    return NAMES.map((name) => web({ name, image: name === BAD ? bad : version }));
  }

  async function expectAllServing(ground: Playground, expected: ReadonlyMap<string, string>) {
    for (const [name, version] of expected) await expectServing(ground, version, name);
  }

  realNodeTest('and all of them go back together', async () => {
    const ground = await playground('twenty-back');
    expectGood(await applyManifest(ground, all(image.v1, image.v1)));
    const step = await applyManifest(ground, all(image.v2, image.missing));
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImageNotFound',
      'failed-workload': `deployment/${BAD}`,
      'failed-container': BAD,
      'rolled-back': 'succeeded',
    });
    expect(step.errors).toHaveLength(1);
    await expectAllServing(ground, new Map(NAMES.map((name) => [name, image.v1])));
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  });

  realNodeTest('and with on-failure: none the others stay, and go on', async () => {
    const ground = await playground('twenty-none');
    expectGood(await applyManifest(ground, all(image.v1, image.v1)));
    const inputs = { 'on-failure': 'none' };
    const step = await applyManifest(ground, all(image.v2, image.missing), inputs);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failed-workload': `deployment/${BAD}`,
      'rolled-back': 'not-attempted',
    });
    const others = NAMES.filter((name) => name !== BAD);
    await ground.kubectl(
      'rollout',
      'status',
      '--timeout=90s',
      ...others.map((name) => `deployment/${name}`),
    );
    await expectAllServing(ground, new Map(others.map((name) => [name, image.v2])));
    const [path, which] = [
      '-ojsonpath={.spec.template.spec.containers[0].image}',
      `deployment/${BAD}`,
    ];
    expect(await ground.kubectl('get', which, path)).toBe(image.missing);
  });
});

describe('a rollout after a revert', () => {
  realNodeTest('is not failed by the old claim of a failed progress (trap 15)', async () => {
    const ground = await playground('after-revert');
    const recreate = (version: string, env = {}) =>
      web({
        image: version,
        env,
        spec: { strategy: { type: 'Recreate' }, progressDeadlineSeconds: 5 },
      });
    expectGood(await applyManifest(ground, [recreate(image.v1)]));
    const bad = await applyManifest(ground, [recreate(image.v2, { NEVER_READY: '1' })]);
    expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    await expectServing(ground, image.v1);
    const next = await applyManifest(ground, [recreate(image.v3)]);
    expectGood(next);
    await expectServing(ground, image.v3);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed', 3: 'rolled-out' });
  });

  realNodeTest('by kubectl rollout undo goes on from what runs', async () => {
    const ground = await playground('after-undo');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    expectGood(await setImage(ground, image.v2));
    await ground.kubectl('rollout', 'undo', 'deployment/web');
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await expectServing(ground, image.v1);
    const step = await setImage(ground, image.v3);
    expectGood(step);
    expect(step.outputs).toMatchObject({
      changed: 'true',
      'previous-revision': '3',
      revision: '4',
    });
    await expectServing(ground, image.v3);
  });
});

describe('a Deployment that kubectl create has made', () => {
  realNodeTest('is taken over, and what the manifest lacks goes away', async () => {
    const ground = await playground('created');
    await ground.kubectl('create', 'deployment', 'web', `--image=${image.v1}`, '--replicas=2');
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const step = await applyManifest(ground, [web({ image: image.v2 })]);
    expectGood(step);
    // The container that was created has another name: it would run beside ours.
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 0: 'adopted', 1: 'rolled-out' });
    const bad = await applyManifest(ground, [web({ image: image.missing })]);
    expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    await expectServing(ground, image.v2);
  });
});
