import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { userKubeconfig } from '../cluster/services/user.ts';
import { type Playground, playground } from '../e2e/fixture.ts';
import { web } from '../e2e/workloads.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runStep, type StepResult } from './run-action.ts';

let ground: Playground;

beforeAll(async () => {
  ground = await playground('input');
  const text = stringify(web({ image: 'registry.invalid/web:1', replicas: 0 }));
  const file = join(await workspace(text), MANIFEST);
  await ground.kubectl('apply', '--server-side', '--field-manager=argocd', '-f', file);
});

const MANIFEST = 'web.yaml';

/** A workspace with one manifest. */
async function workspace(text: string): Promise<string> {
  const folder = await temporaryFolder('workspace');
  await writeFile(join(folder, MANIFEST), text);
  return folder;
}

/** Rolls out one manifest of the repository. */
async function rollOut(text: string): Promise<StepResult> {
  return await ground.step(
    'k8s-rollout',
    { manifests: MANIFEST },
    { workspace: await workspace(text) },
  );
}

/** One clear error, outputs that say so, and a namespace in which nothing has changed. */
async function expectRefusal(
  step: StepResult,
  message: string | RegExp,
  outputs: Readonly<Record<string, string>> = { status: 'failed', 'failure-reason': 'BadInput' },
): Promise<void> {
  expect(step.errors).toEqual([
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  ]);
  expect(step.exitCode).toBe(1);
  expect(step.log).not.toContain('Unexpected error');
  expect(step.outputs).toMatchObject({
    ...outputs,
    changed: 'false',
    'rolled-back': 'not-needed',
    release: '',
  });
  const path = '-ojsonpath={range .items[*]}{.metadata.name} {.metadata.generation},{end}';
  expect(await ground.kubectl('get', 'deployments,configmaps', path)).toBe(
    'web 1,kube-root-ca.crt ,',
  );
}

describe("paal/k8s-rollout's input", () => {
  test.concurrent.each<[string, Readonly<Record<string, string>>, string]>([
    ['nothing to roll out', {}, 'There is nothing to roll out'],
    ['images without workloads', { images: 'web=web:2' }, 'needs the input "workloads"'],
    [
      'an unknown environment',
      { environment: 'prodution', workloads: 'deployment/web', images: 'web=web:2' },
      'There is no environment "prodution". Did you mean "production"?',
    ],
    [
      'a malformed duration',
      { timeout: '10 minutes', workloads: 'deployment/web', images: 'web=web:2' },
      'The input "timeout": "10 minutes" is not a duration. Write a number and a unit: 30s, 5m, 1h',
    ],
    [
      'a malformed image',
      { workloads: 'deployment/web', images: 'web=web:2:3' },
      '"web:2:3" is not an image reference',
    ],
    [
      'a kind that cannot be rolled out',
      { workloads: 'service/web', images: 'web=web:2' },
      '"service" is not a kind that can be rolled out',
    ],
    [
      'an unknown policy',
      { 'on-failure': 'undo', workloads: 'deployment/web', images: 'web=web:2' },
      'The input "on-failure" is "undo"; write one of rollback, none.',
    ],
    [
      'a budget of a reason that there is not',
      { budgets: 'ImageNotFond=90s', workloads: 'deployment/web', images: 'web=web:2' },
      '"ImageNotFond" is not a reason that has a budget. Did you mean "ImageNotFound"?',
    ],
    [
      'a budget that is no pair',
      { budgets: 'CrashLoop: 5', workloads: 'deployment/web', images: 'web=web:2' },
      'The input "budgets": "CrashLoop: 5" is not a pair. Write name=value.',
    ],
    [
      'a share of the pods that there is not',
      { 'min-available': 'most', workloads: 'deployment/web', images: 'web=web:2' },
      'The input "min-available" is "most"; write a number of pods, or a percentage',
    ],
    [
      'pruning without manifests',
      { prune: 'true', workloads: 'deployment/web', images: 'web=web:2' },
      'The input "prune" needs manifests',
    ],
    [
      'a manifest that is not there',
      { manifests: 'k8s/nowhere.yaml' },
      'The input "manifests": k8s/nowhere.yaml cannot be read',
    ],
    [
      'an image without a matching container',
      { workloads: 'deployment/web', images: 'wbe=web:2' },
      'no container "wbe". There are: deployment/web (web). Nothing was changed.',
    ],
    [
      'a workload that does not exist',
      { workloads: 'deployment/api', images: 'api=api:2' },
      'There is no deployment/api in namespace',
    ],
    [
      'a timeout that cannot suffice',
      { workloads: 'deployment/web', images: 'web=web:2', timeout: '5s', bake: '10s' },
      'The input "timeout" is 5 s, and deployment/web needs 10 s at least',
    ],
  ])('%s is refused before anything is touched', async (_, inputs, message) => {
    await expectRefusal(await ground.step('k8s-rollout', inputs), message);
  });

  test.concurrent('a manifest that is not YAML is refused with file, line and column, as an annotation', async () => {
    const step = await rollOut('apiVersion: v1\nkind: [Secret\nmetadata: {}\n');
    await expectRefusal(step, /web\.yaml:3:\d+: not valid YAML/);
    expect(step.log).toMatch(/^::error file=web\.yaml,line=3,col=\d+::/m);
  });

  test.concurrent('a field that Kubernetes does not know is refused with its path, as an annotation', async () => {
    const text = stringify(web({ image: 'web:2', spec: { replcas: 3 } }));
    const step = await rollOut(text);
    await expectRefusal(step, /web\.yaml:1:1: .*replcas/);
    expect(step.log).toMatch(/^::error file=web\.yaml,line=1,col=1::/m);
  });

  test.concurrent('what a step before has rendered is refused with its place, which GitHub cannot annotate', async () => {
    const temp = await workspace('apiVersion: v1\nkind: [Secret\nmetadata: {}\n');
    const file = join(temp, 'manifests.yaml');
    await rename(join(temp, MANIFEST), file);
    const env = { RUNNER_TEMP: temp };
    const step = await ground.step('k8s-rollout', { manifests: '-' }, { env });
    await expectRefusal(step, `${file}:3:`);
    expect(step.log).toMatch(/^::error::/m);
  });

  test.concurrent('"-" without a step that has rendered is refused, with what that step has to do', async () => {
    const step = await ground.step('k8s-rollout', { manifests: '-' });
    await expectRefusal(
      step,
      `"-" is the file ${join(step.temp, 'manifests.yaml')}, and there is none`,
    );
    expect(step.errors[0]).toContain('helm template web ./chart > "$RUNNER_TEMP/manifests.yaml"');
  });

  test.concurrent('a kind that the cluster does not have is refused', async () => {
    const text = 'apiVersion: shop.example/v1\nkind: Cart\nmetadata: { name: a }\n';
    const step = await rollOut(text);
    await expectRefusal(step, 'The cluster has no kind Cart in shop.example/v1');
  });

  test.concurrent('a manifest for another namespace is refused', async () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: other }\n';
    const step = await rollOut(text);
    await expectRefusal(step, 'Secret a is for namespace other');
  });

  test.concurrent('a field that somebody else manages is a conflict that names field and manager', async () => {
    const text = stringify(web({ image: 'registry.invalid/web:2', replicas: 0 }));
    const step = await rollOut(text);
    await expectRefusal(step, /image.* \(set by argocd\)/);
    expect(step.errors[0]).toContain('force-conflicts: true');
  });

  test.concurrent('permissions that are missing are listed as rules to paste', async () => {
    const kubeconfig = await userKubeconfig(ground.cluster, { name: 'nobody' });
    const step = await ground.step(
      'k8s-rollout',
      { workloads: 'deployment/web', images: 'web=web:2' },
      { env: { KUBECONFIG: kubeconfig } },
    );
    await expectRefusal(step, 'lacks permissions in namespace');
    expect(step.errors[0]).toContain(
      '- {"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","patch","list","watch"]}',
    );
    expect(step.errors[0]).toContain('"resources":["configmaps"]');
  });

  test.concurrent('no kubeconfig is one error that says where it is looked for', async () => {
    const step = await ground.step(
      'k8s-rollout',
      { workloads: 'deployment/web', images: 'web=web:2' },
      { env: { KUBECONFIG: '' } },
    );
    await expectRefusal(step, 'No cluster is configured');
  });

  test.concurrent('an API server that cannot be reached is one error with its address', async () => {
    const folder = await temporaryFolder('kubeconfig');
    const kubeconfig = join(folder, 'config');
    await writeFile(
      kubeconfig,
      stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 'token' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      }),
    );
    const step = await ground.step(
      'k8s-rollout',
      { workloads: 'deployment/web', images: 'web=web:2' },
      { env: { KUBECONFIG: kubeconfig } },
    );
    const unavailable = { status: 'unknown', 'failure-reason': 'APIServerUnavailable' };
    await expectRefusal(step, 'The API server https://127.0.0.1:1 could not be asked', unavailable);
    expect(step.errors[0]).toContain('ECONNREFUSED');
  });

  test.concurrent('everything is asked for with the wrong credentials: one error, and no token in the log', async () => {
    const config = await ground.kubectl('config', 'view', '--raw', '--minify', '-o', 'json');
    const parsed = JSON.parse(config) as { users: { user: object }[] };
    for (const entry of parsed.users) entry.user = { token: 'an-expired-token' };
    const kubeconfig = join(await temporaryFolder('kubeconfig'), 'config');
    await writeFile(kubeconfig, JSON.stringify(parsed));
    const step = await runStep('k8s-rollout', {
      inputs: { namespace: ground.namespace, workloads: 'deployment/web', images: 'web=web:2' },
      env: { KUBECONFIG: kubeconfig },
    });
    await expectRefusal(step, 'The credentials of the kubeconfig are wrong or have expired');
    expect(step.log).not.toContain('an-expired-token');
  });
});
