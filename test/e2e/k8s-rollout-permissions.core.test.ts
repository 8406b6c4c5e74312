import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { userKubeconfig } from '../cluster/services/user.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyWithKubectl,
  expectGood,
  expectServing,
  rollBack,
  setImage,
  type Versions,
  versions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

let image: Versions;

beforeAll(async () => {
  image = await versions();
});

/** The rules that an action's README asks for; those marked as optional may be left out. */
async function rulesOf(action: string, optional: boolean): Promise<readonly Rule[]> {
  const readme = await readFile(join(repositoryRoot, 'actions', action, 'README.md'), 'utf8');
  const block = /^```yaml\n(rules:\n[\s\S]*?)^```$/m.exec(readme)?.[1] ?? '';
  const lines = block.split('\n').filter((line) => optional || !line.includes('# optional'));
  return (parse(lines.join('\n')) as { rules: readonly Rule[] }).rules;
}

/** The environment of a user who may do in the namespace what the rules allow, and nothing else. */
async function userWith(
  ground: Playground,
  rules: readonly Rule[],
): Promise<Readonly<Record<string, string>>> {
  const name = `deployer-${ground.namespace}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
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

/** A namespace in which version 1 runs, as kubectl has put it there; version 3 crashes in it. */
async function serving(label: string): Promise<Playground> {
  const ground = await playground(label);
  await applyWithKubectl(ground, web({ image: image.v1, env: { CRASH_VERSION: 'v3' } }));
  return ground;
}

describe("with the permissions of paal/k8s-rollout's README alone", () => {
  realNodeTest('images are set, and a bad one is taken back', async () => {
    const ground = await serving('rbac');
    const env = await userWith(ground, await rulesOf('k8s-rollout', true));
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
      const env = await userWith(ground, await rulesOf('k8s-rollout', false));
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
    const env = await userWith(ground, await rulesOf('rollback', true));
    expectGood(await rollBack(ground, { to: 'previous' }, env));
    await expectServing(ground, image.v1);
    const revision = { to: 'revision:2', workloads: 'deployment/web' };
    expectGood(await rollBack(ground, revision, env));
    await expectServing(ground, image.v2);
  });
});
