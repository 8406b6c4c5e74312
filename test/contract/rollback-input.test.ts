import { beforeAll, describe, expect, test } from '@jest/globals';
import { userKubeconfig } from '../cluster/services/user.ts';
import { type Playground, playground } from '../e2e/fixture.ts';
import { web } from '../e2e/workloads.ts';
import type { StepResult } from './run-action.ts';

let ground: Playground;

beforeAll(async () => {
  ground = await playground('back-input');
  await ground.apply(web({ image: 'registry.invalid/web:1', replicas: 0 }));
});

/** One clear error, outputs that say so, and a namespace in which nothing has changed. */
async function expectRefusal(step: StepResult, message: string): Promise<void> {
  expect(step.errors).toEqual([expect.stringContaining(message)]);
  expect(step.exitCode).toBe(1);
  expect(step.log).not.toContain('Unexpected error');
  expect(step.outputs).toMatchObject({
    status: 'failed',
    'failure-reason': 'BadInput',
    from: '',
    to: '',
    release: '',
  });
  const path = '-ojsonpath={range .items[*]}{.metadata.name} {.metadata.generation},{end}';
  expect(await ground.kubectl('get', 'deployments,configmaps', path)).toBe(
    'web 1,kube-root-ca.crt ,',
  );
}

describe("paal/rollback's input", () => {
  test.concurrent.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'an unknown target',
      { to: 'last' },
      'The input "to" is "last"; write previous, last-verified, release:N or',
    ],
    ['a revision without its workload', { to: 'revision:2' }, 'set the input "workloads"'],
    [
      'a revision of two workloads',
      { to: 'revision:2', workloads: 'deployment/web, deployment/api' },
      'A revision belongs to one workload',
    ],
    [
      'a kind that cannot be taken back',
      { workloads: 'service/web' },
      '"service" is not a kind that can be rolled out',
    ],
    ['a malformed duration', { timeout: 'soon' }, 'The input "timeout": "soon" is not a duration'],
    ['no time at all', { timeout: '0' }, 'The input "timeout" must be longer than 0.'],
    [
      'an unknown environment',
      { environment: 'stagin' },
      'There is no environment "stagin". Did you mean "staging"?',
    ],
    ['a name that no release can have', { app: 'My Shop' }, 'The app\'s name "My Shop"'],
    ['nothing to go back to', {}, 'The ledger is empty: PAAL has not put out a release here yet.'],
    ['a release that is not there', { to: 'release:4' }, 'There is no release 4 to go back to.'],
    [
      'a workload that does not exist',
      { to: 'revision:2', workloads: 'deployment/api' },
      'There is no deployment/api in namespace',
    ],
    [
      'a revision that is not there',
      { to: 'revision:9', workloads: 'deployment/web' },
      'deployment/web has no revision 9 any more. It has: 1. Nothing was changed.',
    ],
  ])('%s is refused before anything is touched', async (_, inputs, message) => {
    await expectRefusal(await ground.step('rollback', inputs), message);
  });

  test.concurrent('permissions that are missing are listed as rules to paste', async () => {
    const kubeconfig = await userKubeconfig(ground.cluster, { name: 'nobody' });
    const inputs = { to: 'revision:1', workloads: 'deployment/web' };
    const step = await ground.step('rollback', inputs, { env: { KUBECONFIG: kubeconfig } });
    await expectRefusal(step, 'lacks permissions in namespace');
    expect(step.errors[0]).toContain('"resources":["replicasets"],"verbs":["list","watch"]');
  });

  test.concurrent('no kubeconfig is one error that says where it is looked for', async () => {
    const step = await ground.step('rollback', {}, { env: { KUBECONFIG: '' } });
    await expectRefusal(step, 'No cluster is configured');
  });
});
