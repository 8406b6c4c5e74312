import { describe, expect } from '@jest/globals';
import { localTest } from './cluster-command.ts';
import { type Playground, playground, sharedCluster } from './fixture.ts';
import { applyManifest, expectGood, expectServing, testVersions } from './rollout-fixture.ts';
import { startRegistryFront } from './rollout-registry-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

async function serving(label: string): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
  return ground;
}

interface Events {
  readonly items: readonly { readonly message: string; readonly count?: number }[];
}

/** How often the kubelet has tried to pull an image in vain. */
async function failedPulls(ground: Playground): Promise<number> {
  const args = ['get', 'events', '--field-selector', 'reason=Failed', '-o', 'json'];
  const { items } = JSON.parse(await ground.kubectl(...args)) as Events;
  const pulls = items.filter(({ message }) => message.startsWith('Failed to pull image'));
  return pulls.reduce((sum, { count = 1 }) => sum + count, 0);
}

describe('a registry that answers 503', () => {
  localTest('for a while fails nothing, by the default budgets', async () => {
    const ground = await serving('registry');
    const front = await startRegistryFront(sharedCluster());
    const late = front.image(image.v2);
    await front.refuse(true);
    let isOver = false;
    const mended = until(
      'two pulls in vain',
      // A step that has failed is shown rather than that there were not two.
      async () => isOver || (await failedPulls(ground)) >= 2,
      120,
    ).then(() => front.refuse(false));
    const rollout = applyManifest(ground, [web({ image: late })]).finally(() => {
      isOver = true;
    });
    const [step] = await Promise.all([rollout, mended]);
    expectGood(step);
    expect(step.log).toMatch(/The image \S+ of container web could not be pulled: .*503/);
    await expectServing(ground, late);
  });

  localTest('for too long is the cause of the failure, in its own words', async () => {
    const ground = await serving('registry-down');
    const front = await startRegistryFront(sharedCluster());
    const late = front.image(image.v2);
    await front.refuse(true);
    const inputs = { budgets: 'ImagePullFailed=5s' };
    const step = await applyManifest(ground, [web({ image: late })], inputs);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImagePullFailed',
      'failed-container': 'web',
      'rolled-back': 'succeeded',
    });
    expect(step.errors[0]).toMatch(/503 Service Unavailable.*Is the registry up, and reachable/);
    await expectServing(ground, image.v1);
  });
});
