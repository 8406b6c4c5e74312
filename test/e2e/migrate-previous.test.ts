import { describe, expect } from '@jest/globals';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { A, B, C, D, marking, type Shop, shops } from './migrate-fixture.ts';
import { applyManifest, expectGood, testVersions } from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

const { open } = shops();
const image = testVersions();

/** Migrates and rolls out, as one run of the pipeline does; gives the number of the release. */
async function deploy(
  ground: Playground,
  shop: Shop,
  [file, mark, sha, tag]: readonly [string, string, string, string],
): Promise<string> {
  await shop.write({ [`migrations/${file}`]: marking(mark) });
  const migrated = await shop.migrate({}, { env: { GITHUB_SHA: sha } });
  expect(migrated.errors).toEqual([]);
  const { current = '' } = migrated.outputs;
  const objects = [web({ image: tag }), service('web')];
  const rollout = await applyManifest(ground, objects, { 'migration-version': current });
  expectGood(rollout);
  return rollout.outputs.release ?? '';
}

describe('down to previous', () => {
  realNodeTest(
    'goes back to where the database stood with the verified release, over all that followed it',
    async () => {
      const ground = await playground('previous');
      const shop = await open({});
      const env = { KUBECONFIG: ground.cluster.kubeconfig };
      const back = async () =>
        await shop.migrate(
          { command: 'down', to: 'previous', namespace: ground.namespace },
          { env },
        );
      await deploy(ground, shop, [A, 'a', 'one', image.v1]);
      const good = await deploy(ground, shop, [B, 'b', 'two', image.v2]);
      expectGood(await verifyRelease(ground, good));
      await deploy(ground, shop, [C, 'c', 'three', image.v1]);
      await deploy(ground, shop, [D, 'd', 'four', image.v2]);

      const step = await back();
      expect(step.outputs.status).toBe('reverted');
      expect(step.log).toContain(
        `"previous" is ${B}, where the database stood with the verified release 2`,
      );
      expect(await shop.marks()).toEqual(['a', 'b']);
    },
  );

  realNodeTest('without a verified release is what the newest commit applied', async () => {
    const ground = await playground('previous-none');
    const shop = await open({});
    await deploy(ground, shop, [A, 'a', 'one', image.v1]);
    await deploy(ground, shop, [B, 'b', 'two', image.v2]);
    const step = await shop.migrate(
      { command: 'down', to: 'previous', namespace: ground.namespace },
      { env: { KUBECONFIG: ground.cluster.kubeconfig } },
    );
    expect(step.outputs.status).toBe('reverted');
    expect(step.log).toContain('no release of shop is verified');
    expect(await shop.marks()).toEqual(['a']);
  });
});
