import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { completion, rollOut, troubledGround } from './rollout-faults-fixture.ts';
import { expectGood, expectServing, ledger, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('time that passes while nothing can be seen is no evidence:', () => {
  realNodeTest('a Secret that appears meanwhile is not called missing', async () => {
    const troubled = await troubledGround('secret', image);
    const { ground, proxy } = troubled;
    const container = { envFrom: [{ secretRef: { name: 'db' } }] };
    const manifest = web({ image: image.v2, replicas: 2, container });
    const rollout = { manifest, inputs: { budgets: 'SecretNotFound=5s' }, from: 'The Secret db' };
    const { step } = await rollOut(troubled, rollout, async () => {
      await proxy.refuseConnections();
      await ground.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } });
      await completion(troubled, image.v2);
      await proxy.acceptConnections();
    });
    expectGood(step);
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });
});
