import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { userKubeconfig } from '../cluster/services/user.ts';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, ledger, type Versions, versions } from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

let image: Versions;

beforeAll(async () => {
  image = await versions();
});

const apiGroup = 'rbac.authorization.k8s.io';

/** The rules that the README of paal/verify-health asks for. */
async function documentedRules(): Promise<readonly object[]> {
  const file = join(repositoryRoot, 'actions', 'verify-health', 'README.md');
  const block = /^```yaml\n(rules:\n[\s\S]*?)^```$/m.exec(await readFile(file, 'utf8'))?.[1] ?? '';
  return (parse(block) as { readonly rules: readonly object[] }).rules;
}

/** The environment of somebody who may do this in the namespace, and nothing else. */
async function userWith(ground: Playground, rules: readonly object[]) {
  const name = `verifier-${ground.namespace}`;
  const apiVersion = `${apiGroup}/v1`;
  await ground.apply(
    { apiVersion, kind: 'Role', metadata: { name }, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'Role', name },
      subjects: [{ apiGroup, kind: 'User', name }],
    },
  );
  return { KUBECONFIG: await userKubeconfig(ground.cluster, { name }) };
}

describe("with the permissions of paal/verify-health's README alone", () => {
  realNodeTest('a release is marked as verified', async () => {
    const ground = await playground('verify-rbac');
    expectGood(await applyManifest(ground, [web({ image: image.v1 }), service('web')]));
    const env = await userWith(ground, await documentedRules());
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
    const rules = await documentedRules();
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
