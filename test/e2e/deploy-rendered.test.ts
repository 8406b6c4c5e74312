import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { expectGood, expectServing, testVersions, workspace } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** What a step `kubectl kustomize overlay > FILE` leaves behind. */
async function kustomize({ cluster }: Playground, folder: string, file: string): Promise<void> {
  const { stdout } = await execa(cluster.kubectl, ['kustomize', folder]);
  await writeFile(file, `${stdout}\n`);
}

/** A repository with a base, and an overlay that sets the image. */
async function repository(tag: string): Promise<string> {
  const [name, newTag] = [image.v1.replace(/:[^:/]*$/, ''), tag.replace(/^.*:/, '')];
  return await workspace({
    'base/web.yaml': [web({ image: image.v1 })],
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'overlay/kustomization.yaml': stringify({
      resources: ['../base'],
      images: [{ name, newTag }],
    }),
  });
}

const temp = async (): Promise<string> => await temporaryFolder('temp');

describe('what a step before has rendered', () => {
  realNodeTest('is rolled out as "-"', async () => {
    const ground = await playground('rendered');
    const folder = await repository(image.v2);
    const env = { RUNNER_TEMP: await temp() };
    await kustomize(ground, join(folder, 'overlay'), join(env.RUNNER_TEMP, 'manifests.yaml'));
    const inputs = { manifests: '-', bake: '1s' };
    expectGood(await ground.step('k8s-rollout', inputs, { workspace: folder, env }));
    await expectServing(ground, image.v2);
  });

  realNodeTest('is rolled out from any file, and a failure names its line', async () => {
    const ground = await playground('rendered-file');
    const folder = await repository(image.missing);
    const file = join(await temp(), 'rendered.out');
    await kustomize(ground, join(folder, 'overlay'), file);
    const inputs = { manifests: file, bake: '1s' };
    const step = await ground.step('k8s-rollout', inputs, { workspace: folder });
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'ImageNotFound' });
    // GitHub could not show an annotation on a file that is not in the repository.
    expect(step.errors).toEqual([expect.stringMatching(new RegExp(`See ${file}:\\d+:\\d+\\.$`))]);
    expect(step.log).toMatch(/^::error::/m);
  });
});
