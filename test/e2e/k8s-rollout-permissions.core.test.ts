import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { rulesInReadme, userWith } from './permissions-fixture.ts';
import {
  applyWithKubectl,
  expectGood,
  expectServing,
  rollBack,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** A namespace in which version 1 runs, as kubectl has put it there; version 3 crashes in it. */
async function serving(label: string): Promise<Playground> {
  const ground = await playground(label);
  await applyWithKubectl(ground, web({ image: image.v1, env: { CRASH_VERSION: 'v3' } }));
  return ground;
}

describe("with the permissions of paal/k8s-rollout's README alone", () => {
  realNodeTest('images are set, and a bad one is taken back', async () => {
    const ground = await serving('rbac');
    const env = await userWith(ground, await rulesInReadme('k8s-rollout'));
    const good = await setImage(ground, image.v2, {}, { env });
    expectGood(good);
    expect(good.log).not.toContain('Going on without');
    const bad = await setImage(ground, image.missing, {}, { env });
    expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    expect(bad.summary).toContain('Failed pod/web-');
    await expectServing(ground, image.v2);
  });

  realNodeTest(
    'without the optional ones it works too, and says what it goes without',
    async () => {
      const ground = await serving('rbac-least');
      const rules = await rulesInReadme('k8s-rollout');
      const env = await userWith(
        ground,
        rules.filter(({ optional }) => !optional),
      );
      const good = await setImage(ground, image.v2, {}, { env });
      expectGood(good);
      expect(good.log).toContain('Going on without events.');
      const bad = await setImage(ground, image.v3, {}, { env });
      expect(bad.outputs).toMatchObject({
        status: 'failed',
        'failure-reason': 'CrashLoop',
        'rolled-back': 'succeeded',
      });
      for (const text of [bad.log, bad.summary]) {
        expect(text).toMatch(/Without the log of web in web-/);
        expect(text).toContain('"resources":["pods/log"],"verbs":["get"]');
      }
      await expectServing(ground, image.v2);
    },
  );
});

describe("with the permissions of paal/rollback's README alone", () => {
  realNodeTest('workloads are taken back to a release and to a revision', async () => {
    const ground = await serving('rbac-rollback');
    expectGood(await setImage(ground, image.v2));
    const env = await userWith(ground, await rulesInReadme('rollback'));
    expectGood(await rollBack(ground, { to: 'previous' }, env));
    await expectServing(ground, image.v1);
    const revision = { to: 'revision:2', workloads: 'deployment/web' };
    expectGood(await rollBack(ground, revision, env));
    await expectServing(ground, image.v2);
  });
});
