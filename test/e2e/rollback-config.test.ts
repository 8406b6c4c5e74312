import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { rulesInReadme, userWith } from './permissions-fixture.ts';
import { applyManifest, expectGood, reportOf, rollBack, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

const SENTENCE = 'Secret db has changed since release 1 served; a rollback does not bring it back.';

function secret(PASSWORD: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { PASSWORD } };
}

/** Two releases that read the Secret `db`, which then changed. */
async function changedSecret(label: string): Promise<Playground> {
  const ground = await playground(label);
  const reading = (tag: string) =>
    web({ image: tag, container: { envFrom: [{ secretRef: { name: 'db' } }] } });
  await ground.apply(secret('one'));
  for (const tag of [image.v1, image.v2]) expectGood(await applyManifest(ground, [reading(tag)]));
  await ground.apply(secret('two'));
  return ground;
}

describe('a Secret that changed since a release served', () => {
  realNodeTest('is named by a dry run, and in log, summary and report of a rollback', async () => {
    const ground = await changedSecret('secret');
    const plan = await rollBack(ground, { 'dry-run': 'true' });
    expectGood(plan);
    expect(plan.log).toContain(SENTENCE);

    const step = await rollBack(ground);
    expectGood(step);
    expect(step.log.split(SENTENCE)).toHaveLength(2);
    expect(step.summary).toContain(SENTENCE);
    expect((await reportOf(step)).notes).toContain(SENTENCE);
    // It is as it was when release 2 served.
    await ground.apply(secret('one'));
    const forth = await rollBack(ground, { to: 'release:2' });
    expectGood(forth);
    expect(forth.log).not.toContain('Secret db');
  });

  realNodeTest('is nobody told of who may not read Secrets, and that is no error', async () => {
    const ground = await changedSecret('config-rbac');
    const rules = await rulesInReadme('rollback');
    const env = await userWith(
      ground,
      rules.filter(({ optional }) => !optional),
    );
    const step = await rollBack(ground, {}, env);
    expectGood(step);
    expect(step.log).not.toMatch(/secret/i);
  });
});
