import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

describe('a rollback', () => {
  realNodeTest('needs no old ReplicaSet (revisionHistoryLimit 0, trap 10)', async () => {
    const ground = await playground('no-history');
    const web1 = (version: string) => web({ image: version, spec: { revisionHistoryLimit: 0 } });
    expectGood(await applyManifest(ground, [web1(image.v1)]));
    expectGood(await applyManifest(ground, [web1(image.v2)]));
    expect(await ground.list('apps/v1', 'replicasets', 'app=web')).toHaveLength(1);
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
  });

  realNodeTest('leaves the annotations of the workload as they are (trap 13)', async () => {
    const ground = await playground('annotations');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    expectGood(await setImage(ground, image.v2));
    await ground.kubectl('annotate', 'deployment/web', 'team.example/owner=shop');
    expectGood(await rollBack(ground));
    await expectServing(ground, image.v1);
    const { metadata } = await ground.get<Annotated>('deployment', 'web');
    expect(metadata.annotations).toMatchObject({ 'team.example/owner': 'shop' });
    expect(metadata.annotations).toHaveProperty([
      'kubectl.kubernetes.io/last-applied-configuration',
    ]);
  });
});
