import { describe, expect } from '@jest/globals';
import { copyImage } from '../images/skopeo.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, expectServing, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

async function move(tag: string, to: string): Promise<void> {
  await copyImage(`docker://${to}`, `docker://${tag}`);
}

/** Deploys version 1 by a tag of the test's own, which then names version 2. */
async function movedTag(label: string): Promise<{ ground: Playground; tag: string }> {
  const ground = await playground(label);
  const tag = `${ground.cluster.registry}/test-app:${ground.namespace}`;
  await move(tag, image.v1);
  expectGood(await applyManifest(ground, [web({ image: tag })]));
  await move(tag, image.v2);
  return { ground, tag };
}

describe('a tag that names another image now', () => {
  realNodeTest('fails a rollout that changes nothing, because it is not what runs', async () => {
    const { ground, tag } = await movedTag('tag-moved');
    const step = await applyManifest(ground, [web({ image: tag })]);
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      changed: 'false',
      'failure-reason': 'ImageTagMoved',
      'failed-workload': 'deployment/web',
      'failed-container': 'web',
      'rolled-back': 'not-needed',
    });
    expect(step.errors).toEqual([
      expect.stringContaining(`The tag of ${tag} names another image now (sha256:`),
    ]);
    expect(step.summary).toContain('Give every build a tag of its own');
    await expectServing(ground, tag);
  });

  realNodeTest('is warned of when the node has kept the old image', async () => {
    const { ground, tag } = await movedTag('tag-stale');
    const container = { imagePullPolicy: 'IfNotPresent' };
    const step = await applyManifest(ground, [web({ image: tag, env: { A: 'b' }, container })]);
    expectGood(step);
    expect(step.log).toMatch(/^::warning.*::The tag of .* names another image now/m);
    expect(step.summary).toContain(`The tag of ${tag} names another image now`);
  });

  realNodeTest('is no matter where the rollout has pulled what it names', async () => {
    const { ground, tag } = await movedTag('tag-pulled');
    const container = { imagePullPolicy: 'Always' };
    const step = await applyManifest(ground, [web({ image: tag, env: { A: 'b' }, container })]);
    expectGood(step);
    expect(step.log).not.toContain('names another image');
    const again = await applyManifest(ground, [web({ image: tag, env: { A: 'b' }, container })]);
    expectGood(again);
    expect(again.outputs.changed).toBe('false');
  });
});
