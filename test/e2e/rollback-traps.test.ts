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

  realNodeTest('reads well in kubectl rollout history, as rollouts do', async () => {
    const ground = await playground('history');
    const release = async (version: string, name: string) =>
      expectGood(await applyManifest(ground, [web({ image: version })], { version: name }));
    await release(image.v1, 'shop-1');
    await release(image.v2, 'shop-2');
    await release(image.v2, 'shop-2-again');
    expectGood(await setImage(ground, image.v3, { version: 'shop-3' }));
    const run = 'https://github.com/paal/shop/actions/runs/42';
    const history = async () =>
      (await ground.kubectl('rollout', 'history', 'deployment/web')).trim().split('\n').slice(2);
    expect(await history()).toEqual([
      `1         paal/k8s-rollout shop-1 ${run}`,
      `2         paal/k8s-rollout shop-2 ${run}`,
      `3         paal/k8s-rollout shop-3 ${run}`,
    ]);
    const back = await rollBack(ground, { to: 'last-verified' });
    expectGood(back);
    expect(
      back.outputs.history?.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4)),
    ).toEqual([
      ['RELEASE', 'STATUS', 'VERSION', 'IMAGES'],
      ['3', 'rolled-back', 'shop-3', image.v3],
      ['2', 'rolled-out', 'shop-2', image.v2],
      ['1', 'rolled-out', 'shop-1', image.v1],
    ]);
    expect(await history()).toEqual([
      `1         paal/k8s-rollout shop-1 ${run}`,
      `3         paal/k8s-rollout shop-3 ${run}`,
      `4         paal back to release 2 ${run}`,
    ]);
    await ground.kubectl(
      'annotate',
      'deployment/web',
      'kubernetes.io/change-cause=mine',
      '--overwrite',
    );
    await release(image.v1, 'shop-4');
    expect((await history()).at(-1)).toBe('5         mine');
  });

  // Their controllers take up the ControllerRevision of release 1 again as it is, its change-cause
  // included (kubectl rollout undo reads the same), so that history names the release that is back.
  for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
    realNodeTest(`names the release that is back in the history of a ${kind}`, async () => {
      const ground = await playground('history-kind');
      const name = `${kind.toLowerCase()}/web`;
      const of = (version: string) => [web({ kind, image: version })];
      expectGood(await applyManifest(ground, of(image.v1), { version: 'shop-1' }));
      expectGood(await applyManifest(ground, of(image.v2), { version: 'shop-2' }));
      expectGood(await rollBack(ground));
      const lines = (await ground.kubectl('rollout', 'history', name)).trim().split('\n').slice(-2);
      expect(lines).toEqual([
        expect.stringMatching(/^2 +paal\/k8s-rollout shop-2 https:/),
        expect.stringMatching(/^3 +paal\/k8s-rollout shop-1 https:/),
      ]);
    });
  }
});
