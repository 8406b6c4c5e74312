import { describe, expect } from '@jest/globals';
import { copyImage, deleteFromRegistry } from '../images/skopeo.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Two releases, of which the registry has only the second's image any more. */
async function goneImage(
  label: string,
  imagePullPolicy: string,
): Promise<{ ground: Playground; v1: string; v2: string }> {
  const ground = await playground(label);
  const [v1, v2] = ['1', '2'].map(
    (tag) => `${ground.cluster.registry}/${ground.namespace}:${tag}`,
  ) as [string, string];
  await copyImage(`docker://${image.v1}`, `docker://${v1}`);
  await copyImage(`docker://${image.v2}`, `docker://${v2}`);
  for (const one of [v1, v2]) {
    const container = { imagePullPolicy };
    expectGood(await applyManifest(ground, [web({ image: one, container })]));
  }
  await deleteFromRegistry(v1);
  return { ground, v1, v2 };
}

describe('a rollback to an image that is gone from the registry', () => {
  realNodeTest('is refused before anything is changed where no pod could start', async () => {
    const { ground, v1, v2 } = await goneImage('image-gone', 'Always');
    for (const inputs of [{ 'dry-run': 'true' }, {}]) {
      const step = await rollBack(ground, inputs);
      expect(step.exitCode).toBe(1);
      expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'ImageNotFound' });
      expect(step.errors).toEqual([
        `The registry does not have ${v1} any more, which container web of deployment/web is to run again. ` +
          'No pod runs it, and imagePullPolicy is Always. Nothing was changed. ' +
          'Push what is gone again, or go back to another release.',
      ]);
      await expectServing(ground, v2);
    }
  });

  realNodeTest('is warned of, and made, where the node may have kept it', async () => {
    const { ground, v1 } = await goneImage('image-kept', 'IfNotPresent');
    const step = await rollBack(ground);
    expectGood(step);
    expect(step.log).toMatch(/^::warning.*::The registry does not have .* any more/m);
    expect(step.log).toContain('Only a node that has kept it can start a pod.');
    await expectServing(ground, v1);
  });
});
