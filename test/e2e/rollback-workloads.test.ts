import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('a deployment', () => {
  realNodeTest('of manifests after an image was set meets no conflict with ourselves', async () => {
    const ground = await playground('mixed');
    const old = (tag: string) => web({ image: tag, env: { MODE: 'old' } });
    expectGood(await applyManifest(ground, [old(image.v1)]));
    expectGood(await setImage(ground, image.v2));
    const bad = await applyManifest(ground, [web({ image: image.missing })]);
    expect(bad.outputs['rolled-back']).toBe('succeeded');
    await expectServing(ground, image.v2);
    const env = '-ojsonpath={.spec.template.spec.containers[0].env}';
    expect(await ground.kubectl('get', 'deployment', 'web', env)).toContain('"MODE"');
    // What the manifest does not say any more is gone, whoever wrote it last.
    expectGood(await applyManifest(ground, [web({ image: image.v3 })]));
    await expectServing(ground, image.v3);
    expect(await ground.kubectl('get', 'deployment', 'web', env)).toBe('');
  });
});

describe('workloads of one app', () => {
  realNodeTest('that are put out by steps of their own are taken back on their own', async () => {
    const ground = await playground('steps');
    for (const name of ['web', 'api']) await ground.apply(web({ name, image: image.v1 }));
    expectGood(await setImage(ground, image.v2));
    expectGood(await setImage(ground, image.v2, {}, { name: 'api' }));
    const bad = await setImage(ground, image.missing);
    expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    await expectServing(ground, image.v2, 'web');
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1, 'api');
    await expectServing(ground, image.v2, 'web');
    expect(await ledger(ground)).toEqual({
      0: 'adopted',
      1: 'rolled-out',
      2: 'adopted',
      3: 'rolled-back',
      4: 'failed',
    });
  });

  realNodeTest('that were put out together may be taken back one by one', async () => {
    const ground = await playground('one-by-one');
    const both = (webImage: string, apiImage: string) => [
      web({ image: webImage }),
      web({ name: 'api', image: apiImage }),
    ];
    expectGood(await applyManifest(ground, both(image.v1, image.v1)));
    expectGood(await applyManifest(ground, both(image.v2, image.v2)));
    const step = await rollBack(ground, { workloads: 'deploy/web' });
    expectGood(step);
    expect(step.outputs).toMatchObject({ from: '2', to: '1' });
    await expectServing(ground, image.v1, 'web');
    await expectServing(ground, image.v2, 'api');
    // What failed goes back to what ran, each workload to its own.
    const bad = await applyManifest(ground, both(image.missing, image.v3));
    expect(bad.outputs['rolled-back']).toBe('succeeded');
    await expectServing(ground, image.v1, 'web');
    await expectServing(ground, image.v2, 'api');
  });
});
