import { describe, expect } from '@jest/globals';
import { copyImage, deleteFromRegistry, digestInRegistry } from '../images/skopeo.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

async function move(tag: string, to: string): Promise<string> {
  await copyImage(`docker://${to}`, `docker://${tag}`);
  return (await digestInRegistry(tag)) ?? '';
}

/** `web`, whose tags are asked for anew at every start. */
function always(tag: string): object {
  return web({ image: tag, container: { imagePullPolicy: 'Always' } });
}

interface Running {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status: { readonly containerStatuses: readonly { readonly imageID: string }[] };
}

/** The digests of what the pods of `web` run. The runtime may name another repository that has the same. */
async function runningDigests(ground: Playground): Promise<readonly string[]> {
  const pods = await ground.list<Running>('v1', 'pods', 'app=web');
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ status }) => status.containerStatuses)
    .map(({ imageID }) => imageID.split('@').at(-1) ?? '');
}

describe('a rollback to a release whose tag names another image by now', () => {
  realNodeTest('puts the image back by the digest that the release ran', async () => {
    const ground = await playground('tag-back');
    const tag = `${ground.cluster.registry}/test-app:${ground.namespace}`;
    const first = await move(tag, image.v1);
    expectGood(await applyManifest(ground, [always(tag)]));
    const { immutable } = await ground.get<{ immutable?: boolean }>('configmap', 'paal.shop.1');
    expect(immutable).toBe(true);
    const second = await move(tag, image.v2);
    expectGood(await applyManifest(ground, [always(image.v3)]));

    const step = await rollBack(ground);
    expectGood(step);
    expect(step.outputs).toMatchObject({ from: '2', to: '1', release: '1' });
    const pin = `${ground.cluster.registry}/test-app@${first}`;
    await expectServing(ground, pin);
    expect(await runningDigests(ground)).toEqual([first]);
    const sentence = `Container web of deployment/web runs ${pin}, because the tag of ${tag} names another image now (${second}).`;
    expect(step.summary.replaceAll('&#64;', '@')).toContain(sentence);
    expect((await reportOf(step)).notes).toContain(sentence);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-back' });
    // What was put back by PAAL is PAAL's: the next manifest is no conflict.
    expectGood(await applyManifest(ground, [always(image.v3)]));
    await expectServing(ground, image.v3);
  });

  realNodeTest('does so too where only images were ever set', async () => {
    const ground = await playground('tag-set');
    const tag = `${ground.cluster.registry}/test-app:${ground.namespace}`;
    await applyWithKubectl(ground, always(image.v3));
    const first = await move(tag, image.v1);
    expectGood(await setImage(ground, tag));
    await move(tag, image.v2);
    expectGood(await setImage(ground, image.v3));
    expectGood(await rollBack(ground));
    await expectServing(ground, `${ground.cluster.registry}/test-app@${first}`);
  });

  realNodeTest(
    'fails when the registry no longer has that image, and leaves it serving',
    async () => {
      const ground = await playground('tag-lost');
      const tag = `${ground.cluster.registry}/test-app-${ground.namespace}:latest`;
      const first = await move(tag, image.v1);
      expectGood(await applyManifest(ground, [always(tag)]));
      await deleteFromRegistry(tag);
      const second = await move(tag, image.v2);
      expectGood(await applyManifest(ground, [always(image.v3)]));

      const step = await rollBack(ground);
      expect(step.exitCode).toBe(1);
      expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'ImageMoved' });
      expect(step.errors).toEqual([
        expect.stringContaining(
          `The tag of ${tag} names another image now (${second}) than the one that release 1 ran (${first}).`,
        ),
      ]);
      expect(step.summary).toContain('What the tag names serves in its place.');
      await expectServing(ground, tag);
      expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
    },
  );
});
