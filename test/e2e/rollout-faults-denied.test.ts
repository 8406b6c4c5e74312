import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import type { Rule } from './permissions-fixture.ts';
import {
  badRollout,
  goodRollout,
  type Trouble,
  type TroubledGround,
  troubledGround,
} from './rollout-faults-fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import { type ServiceAccount, serviceAccount } from './rollout-service-account-fixture.ts';

const image = testVersions();

const EVERYTHING = { resources: ['*'], verbs: ['*'] };
/** What manifests of Deployments take, and everything else that the cluster's role `edit` grants. */
const RULES: readonly Rule[] = [
  { apiGroups: ['apps'], ...EVERYTHING },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['*'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

/** The rules, with these verbs on a resource of the core group; none: it is not to be had at all. */
function allowing(resource: string, verbs: readonly string[]): readonly Rule[] {
  const others = RULES.map((rule) => ({
    ...rule,
    resources: rule.resources.filter((one) => one !== resource),
  })).filter(({ resources }) => resources.length > 0);
  return verbs.length === 0
    ? others
    : [...others, { apiGroups: [''], resources: [resource], verbs }];
}

interface Denied {
  readonly troubled: TroubledGround;
  readonly account: ServiceAccount;
}

/** A namespace with version 1, and a way to it as a ServiceAccount that a Role allows all of it. */
async function asServiceAccount(label: string): Promise<Denied> {
  let account: ServiceAccount | undefined;
  const troubled = await troubledGround(label, image, async (ground) => {
    account = await serviceAccount(ground, 'deployer', RULES);
    return account.kubeconfig;
  });
  if (!account) throw new Error('there is no ServiceAccount');
  return { troubled, account };
}

/** Takes a permission away in the middle, as somebody who tightens a Role does. */
function denying(account: ServiceAccount, resource: string, verbs: readonly string[]): Trouble {
  return async (proxy) => {
    await account.allow(allowing(resource, verbs));
    // A watch that is open is not asked again what it may.
    proxy.endWatches('reset', { resource });
  };
}

const POLLING = /The pods are listed every 2 s instead of watched: .*is forbidden/;

describe('a good version is rolled out although RBAC begins to deny', () => {
  realNodeTest('the watch of pods, which are listed instead', async () => {
    const { troubled, account } = await asServiceAccount('no-watch');
    const run = await goodRollout(troubled, denying(account, 'pods', ['get', 'list']));
    expect(run.step.log).toMatch(POLLING);
    expect(run.step.log).toContain('"resources":["pods"],"verbs":["watch"]');
    expect(run.late).toBeLessThan(5);
  });

  realNodeTest('the lists of pods, so that silence says less', async () => {
    const { troubled, account } = await asServiceAccount('no-list');
    const run = await goodRollout(troubled, denying(account, 'pods', ['get', 'watch']));
    expect(run.step.log).toContain('The silence of the watch of pods is noticed only after 75 s');
    expect(run.late).toBeLessThan(5);
  });

  realNodeTest('the events', async () => {
    const { troubled, account } = await asServiceAccount('no-events');
    const run = await goodRollout(troubled, denying(account, 'events', []));
    expect(run.step.log).toMatch(/The watch of events was interrupted: .*events is forbidden/);
    expect(run.late).toBeLessThan(3);
  });
});

describe('a version that crashes is failed for that and taken back although RBAC begins to deny', () => {
  realNodeTest('the watch of pods, which are listed instead', async () => {
    const { troubled, account } = await asServiceAccount('no-watch-bad');
    const run = await badRollout(troubled, denying(account, 'pods', ['get', 'list']));
    expect(run.step.log).toMatch(POLLING);
    expect(run.late).toBeLessThan(5);
  });

  realNodeTest('the events and the logs, which is said where they would stand', async () => {
    const { troubled, account } = await asServiceAccount('no-evidence');
    const rules = allowing('events', []).filter(({ resources }) => !resources.includes('pods/log'));
    const run = await badRollout(troubled, async (proxy) => {
      await account.allow(rules);
      proxy.endWatches('reset', { resource: 'events' });
    });
    // Of the watch that was open, or of the one for the way back.
    expect(run.step.log).toContain('events is forbidden');
    for (const text of [run.step.log, run.step.summary]) {
      expect(text).toMatch(/Without the log of web in web-/);
      expect(text).toContain('"resources":["pods/log"],"verbs":["get"]');
    }
    expect(run.late).toBeLessThan(3);
  });
});
