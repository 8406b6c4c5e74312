import { describe, expect } from '@jest/globals';
import type { StepResult } from '../contract/run-action.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { type DocumentedRule, rulesInReadme } from './permissions-fixture.ts';
import { expectGood, expectServing, ledger, testVersions } from './rollout-fixture.ts';
import { blindings, omissions } from './rollout-readme-fixture.ts';
import { serviceAccount } from './rollout-service-account-fixture.ts';
import { web } from './workloads.ts';

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
type Kind = (typeof KINDS)[number];

/** Rules about these are what a kind needs for itself; the others are the same for all. */
const OWN: Readonly<Record<Kind, readonly string[]>> = {
  Deployment: ['deployments', 'replicasets', 'pods', 'configmaps', 'events', 'pods/log'],
  StatefulSet: ['statefulsets', 'pods'],
  DaemonSet: ['daemonsets', 'controllerrevisions'],
};

const image = testVersions();

async function documentedRules(kind: Kind): Promise<readonly DocumentedRule[]> {
  return await rulesInReadme('k8s-rollout', `${kind.toLowerCase()}s`);
}

/** A namespace in which version 1 runs, as kubectl has put it there; version 3 crashes in it. */
async function serving(kind: Kind, label: string): Promise<Playground> {
  const ground = await playground(label);
  await ground.apply(web({ kind, image: image.v1, env: { CRASH_VERSION: 'v3' } }));
  await ground.kubectl('rollout', 'status', `${kind.toLowerCase()}/web`, '--timeout=60s');
  return ground;
}

async function setImageAs(
  kubeconfig: string,
  ground: Playground,
  kind: Kind,
  version: string,
): Promise<StepResult> {
  const inputs = {
    workloads: `${kind.toLowerCase()}/web`,
    images: `web=${version}`,
    bake: '1s',
    budgets: 'CrashLoop=2',
    'rollback-timeout': '20s',
  };
  return await ground.step('k8s-rollout', inputs, { env: { KUBECONFIG: kubeconfig } });
}

/** A permission as the action asks for it. */
function asked(resource: string, verbs: readonly string[]): string {
  return `"resources":["${resource}"],"verbs":${JSON.stringify(verbs)}`;
}

describe.each(KINDS)('a ServiceAccount with the permissions of the README for a %s', (kind) => {
  realNodeTest('sets images, and takes a bad one back', async () => {
    const ground = await serving(kind, 'rbac-kind');
    const { kubeconfig } = await serviceAccount(ground, 'deployer', await documentedRules(kind));
    const good = await setImageAs(kubeconfig, ground, kind, image.v2);
    expectGood(good);
    // Nodes are of no namespace, and a Role cannot allow to see them.
    const without = kind === 'DaemonSet' ? ['nodes'] : [];
    const missed = [...good.log.matchAll(/Going on without (\w+)\./g)].map(([, what]) => what);
    expect(missed).toEqual(without);
    const bad = await setImageAs(kubeconfig, ground, kind, image.v3);
    expect(bad.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'CrashLoop',
      'rolled-back': 'succeeded',
    });
    expect(bad.summary).toContain('version v3 is no good');
    await expectServing(ground, image.v2, 'web', kind);
    expect(await ledger(ground)).toEqual({ 0: 'adopted', 1: 'rolled-out', 2: 'failed' });
  });

  realNodeTest('but for one that it needs, is told which it is, and changes nothing', async () => {
    const ground = await serving(kind, 'rbac-needed');
    const rules = await documentedRules(kind);
    const account = await serviceAccount(ground, 'deployer', rules);
    const needed = [...omissions(rules), ...blindings(rules)].filter(
      ({ left, optional }) => !optional && OWN[kind].includes(left.resource),
    );
    for (const { name, rules: fewer, left } of needed) {
      await account.allow(fewer);
      const step = await setImageAs(account.kubeconfig, ground, kind, image.v2);
      expect({ without: name, errors: step.errors, outputs: step.outputs }).toMatchObject({
        errors: [expect.stringContaining(asked(left.resource, left.verbs))],
        outputs: { status: 'failed', 'failure-reason': 'BadInput', changed: 'false' },
      });
    }
    await expectServing(ground, image.v1, 'web', kind);
    expect(await ledger(ground)).toEqual({});
  });
});

describe('a ServiceAccount with the permissions of the README for a Deployment', () => {
  for (const [name, said] of [
    // A watch tells everything; only its silence proves nothing for longer.
    ['list events', undefined],
    ['watch events', 'The events are listed every 2 s instead of watched'],
    ['list pods', undefined],
    ['watch pods', 'The pods are listed every 2 s instead of watched'],
    ['watch replicasets', 'The replicasets are listed every 2 s instead of watched'],
    ['watch deployments', 'The deployments are listed every 2 s instead of watched'],
    ['get pods/log', 'Without the log of web in web-'],
  ] as const) {
    realNodeTest(`but for ${name} finds what fails all the same, and says so`, async () => {
      const ground = await serving('Deployment', 'rbac-optional');
      const all = omissions(await documentedRules('Deployment'));
      const omission = all.find((one) => one.name === name);
      expect(omission?.optional).toBe(true);
      const { kubeconfig } = await serviceAccount(ground, 'deployer', omission?.rules ?? []);
      const step = await setImageAs(kubeconfig, ground, 'Deployment', image.v3);
      expect(step.outputs).toMatchObject({
        status: 'failed',
        'failure-reason': 'CrashLoop',
        'rolled-back': 'succeeded',
      });
      if (omission && said !== undefined) {
        expect(step.log).toContain(said);
        expect(step.log).toContain(asked(omission.left.resource, omission.left.verbs));
      }
      await expectServing(ground, image.v1);
    });
  }
});

describe('a ServiceAccount with the permissions of the README for a StatefulSet', () => {
  realNodeTest('but for delete pods says what keeps a rollback from being done', async () => {
    const ground = await serving('StatefulSet', 'rbac-wedged');
    const all = omissions(await documentedRules('StatefulSet'));
    const omission = all.find((one) => one.name === 'delete pods');
    const { kubeconfig } = await serviceAccount(ground, 'deployer', omission?.rules ?? []);
    const step = await setImageAs(kubeconfig, ground, 'StatefulSet', image.v3);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'CrashLoop',
      'rolled-back': 'failed',
    });
    expect(step.log).toMatch(/pod\/web-0 of statefulset\/web keeps it from being updated: /);
    expect(step.log).toContain(asked('pods', ['delete']));
  });
});
