import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Two workloads at version 2, one of which somebody else has changed since, so that it cannot go back. */
async function halfChanged(label: string): Promise<Playground> {
  const ground = await playground(label);
  const both = (version: string) => ['web', 'api'].map((name) => web({ name, image: version }));
  expectGood(await applyManifest(ground, both(image.v1)));
  expectGood(await applyManifest(ground, both(image.v2)));
  await ground.kubectl('set', 'image', 'deployment/api', `api=${image.v3}`);
  await ground.kubectl('rollout', 'status', 'deployment/api', '--timeout=60s');
  return ground;
}

describe('a rollback of several workloads of which one cannot go back', () => {
  realNodeTest('changes none of them, as its dry run says', async () => {
    const ground = await halfChanged('group');
    const plan = await rollBack(ground, { 'dry-run': 'true' });
    expect(plan.exitCode).toBe(1);
    expect(plan.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'RevertRefused' });
    expect(plan.log).toContain('deployment/web: changes\n');
    expect(plan.errors[0]).toMatch(
      /^The rollback would not be made: deployment\/api was not applied, .* Nothing was changed\.$/,
    );
    const step = await rollBack(ground);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'RevertRefused' });
    expect(step.errors[0]).toMatch(/deployment\/api was not applied, .* \(set by kubectl-set\)/);
    await expectServing(ground, image.v2, 'web');
    await expectServing(ground, image.v3, 'api');
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });

  realNodeTest('takes the others back with atomic: false, and says which one it left', async () => {
    const ground = await halfChanged('group-apart');
    const step = await rollBack(ground, { atomic: 'false' });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'RevertRefused' });
    expect(step.errors[0]).toContain(
      'deployment/api could not be taken back, and the others were: ',
    );
    expect(step.summary).toContain('deployment/api was not taken back: ');
    await expectServing(ground, image.v1, 'web');
    await expectServing(ground, image.v3, 'api');
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });
});
