import { describe, expect } from '@jest/globals';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { playground, realNodeTest } from './fixture.ts';
import { rulesInReadme, userWith } from './permissions-fixture.ts';
import { applyManifest, expectGood, ledger, testVersions } from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

describe("with the permissions of paal/verify-health's README alone", () => {
  realNodeTest('a release is marked as verified', async () => {
    const ground = await playground('verify-rbac');
    expectGood(await applyManifest(ground, [web({ image: image.v1 }), service('web')]));
    const env = await userWith(ground, await rulesInReadme('verify-health'));
    const step = await verifyRelease(ground, '1', {}, env);
    expectGood(step);
    expect(step.outputs.verified).toBe('true');
    expect(await ledger(ground)).toEqual({ 1: 'verified' });
  });

  realNodeTest('a release that prunes needs those of what is deleted, and says so', async () => {
    const ground = await playground('prune-rbac');
    const objects = [web({ image: image.v1 }), service('web')];
    expectGood(await applyManifest(ground, [...objects, service('old')], { prune: 'true' }));
    expectGood(await applyManifest(ground, objects, { prune: 'true' }));
    const services = { apiGroups: [''], resources: ['services'] };
    const rules = await rulesInReadme('verify-health');
    const reader = await userWith(ground, [...rules, { ...services, verbs: ['get'] }]);
    const refused = await verifyRelease(ground, '2', {}, reader);
    expect(refused.outputs).toMatchObject({ status: 'error', verified: 'false' });
    expect(refused.errors).toEqual([
      expect.stringContaining('{"apiGroups":[""],"resources":["services"],"verbs":["delete"]}'),
    ]);
    expect(refused.log).not.toContain('Verifying');

    const env = await userWith(ground, [...rules, { ...services, verbs: ['get', 'delete'] }]);
    const step = await verifyRelease(ground, '2', {}, env);
    expectGood(step);
    expect(step.log).toContain('Pruned: service/old.');
  });
});
