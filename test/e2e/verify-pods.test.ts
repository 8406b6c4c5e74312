import { describe, expect } from '@jest/globals';
import type { StepResult } from '../contract/run-action.ts';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { rulesInReadme, userWith } from './permissions-fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  reportOf,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

type Inputs = Readonly<Record<string, string>>;

/** Verifies what runs, without a release. */
async function verify(
  ground: Playground,
  checks: readonly object[],
  inputs: Inputs = {},
  options: { readonly env?: Inputs; readonly onLog?: (log: string) => void } = {},
): Promise<StepResult> {
  const shared = { workloads: 'deployment/web', version: 'v1', duration: '2s', interval: '500ms' };
  return await ground.step(
    'verify-health',
    { ...shared, checks: JSON.stringify(checks), ...inputs },
    options,
  );
}

async function podsOf(ground: Playground, app: string): Promise<readonly string[]> {
  const pods = await ground.list<{ readonly metadata: { readonly name: string } }>(
    'v1',
    'pods',
    `app=${app}`,
  );
  return pods.map(({ metadata }) => metadata.name);
}

interface Reported {
  readonly checks: readonly { readonly measurements: readonly Record<string, unknown>[] }[];
}

async function measurements(step: StepResult): Promise<readonly Record<string, unknown>[]> {
  const report = (await reportOf(step)) as unknown as Reported;
  return report.checks[0]?.measurements ?? [];
}

const version = (more: object = {}): object => ({ version: { path: '/version', ...more } });

describe('the version of a release', () => {
  realNodeTest('is asked of every new pod, and of the load balancer several times', async () => {
    const ground = await playground('pods-version');
    const objects = [web({ image: image.v1, replicas: 2 }), service('web')];
    expectGood(await applyManifest(ground, objects, { version: 'v1' }));

    const checks = JSON.stringify([version({ url: '{{url}}' })]);
    const step = await verifyRelease(ground, '1', { checks, version: 'v1', duration: '1s' });
    expectGood(step);
    expect(step.outputs.verified).toBe('true');
    expect(step.log).toContain('2 new pods: version v1; ');
    expect(step.log).toContain('5 answers of version v1');

    const other = await verifyRelease(ground, '1', { checks, version: 'v2', duration: '1s' });
    expect(other.outputs.status).toBe('failed');
    for (const pod of await podsOf(ground, 'web')) expect(other.errors[0]).toContain(pod);
    expect(other.errors[0]).toContain('expected version "v2", got "v1"');
    expect(other.errors[0]).toContain('5 of 5 answers were of version "v1"');
  });

  realNodeTest('is another one in one pod of all, and that pod is named', async () => {
    const ground = await playground('pods-liar');
    await applyWithKubectl(
      ground,
      web({ image: image.v1, replicas: 2 }),
      web({ name: 'api', image: image.v2 }),
    );
    const step = await verify(ground, [version()], { workloads: 'deployment/web, deployment/api' });
    const [liar] = await podsOf(ground, 'api');
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'version v1' });
    expect(step.errors[0]).toContain(`1 of 3 new pods: ${liar}: expected version "v1", got "v2"`);
    for (const pod of await podsOf(ground, 'web')) expect(step.errors[0]).not.toContain(pod);

    const named = [version({ workloads: ['deployment/web'] })];
    expectGood(await verify(ground, named, { workloads: 'deployment/web, deployment/api' }));
  });
});

describe('http with pods: true', () => {
  realNodeTest('asks every new pod, and the worst decides', async () => {
    const ground = await playground('pods-http');
    await applyWithKubectl(
      ground,
      web({ image: image.v1 }),
      web({ name: 'api', image: image.v1, env: { STATUS: '503' } }),
    );
    const both = { workloads: 'deployment/web, deployment/api' };
    const home = { http: { name: 'home', pods: true, path: '/', contains: 'test-app v1' } };
    const [bad] = await podsOf(ground, 'api');
    const step = await verify(ground, [home], both);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'home' });
    expect(step.errors[0]).toContain(`${bad}: expected HTTP 200 to 299, got 503`);
    expectGood(await verify(ground, [{ http: { ...home.http, workloads: ['deploy/web'] } }], both));
  });

  realNodeTest('is bad where nothing listens, and says whose fault that is', async () => {
    const ground = await playground('pods-nobody');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    const checks = [{ http: { name: 'home', pods: true, path: '/', port: 1 } }];
    const step = await verify(ground, checks);
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('got none: connection refused');
  });
});

describe('restarts', () => {
  realNodeTest('after the rollout are a failure with the exit of the container', async () => {
    const ground = await playground('pods-restarts');
    const env = { EXIT_CODE: '3', EXIT_AFTER: '8s' };
    await applyWithKubectl(ground, web({ image: image.v1, env }));
    const step = await verify(ground, [{ restarts: { name: 'steady' } }], { duration: '60s' });
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'steady' });
    const [pod] = await podsOf(ground, 'web');
    expect(step.errors[0]).toMatch(
      new RegExp(`${pod}: container web restarted once.*exited with code 3`),
    );
    const outcomes = (await measurements(step)).map(({ outcome }) => outcome);
    expect(outcomes[0]).toBe('succeeded');
  });
});

describe('the state of workloads', () => {
  realNodeTest('is bad once a pod is not ready any more', async () => {
    const ground = await playground('pods-unready');
    const gate = { conditionType: 'shop.example/serves' };
    const setGate = async (status: 'True' | 'False'): Promise<void> => {
      const [pod = ''] = await podsOf(ground, 'web');
      const conditions = [{ type: gate.conditionType, status }];
      const patch = JSON.stringify({ status: { conditions } });
      await ground.kubectl('patch', 'pod', pod, '--subresource=status', '-p', patch);
    };
    await ground.apply(web({ image: image.v1, pod: { readinessGates: [gate] } }));
    await until('there is a pod', async () => (await podsOf(ground, 'web')).length > 0);
    await setGate('True');
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');

    expectGood(await verify(ground, [{ kubernetes: { name: 'state' } }]));
    let change: Promise<void> | undefined;
    const onLog = (log: string): void => {
      if (log.includes('state: good')) change ??= setGate('False');
    };
    const checks = [{ kubernetes: { name: 'state' } }];
    const step = await verify(ground, checks, { duration: '60s' }, { onLog });
    await change;
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'state' });
    const [pod] = await podsOf(ground, 'web');
    expect(step.errors[0]).toContain(`pod ${pod} is not ready any more`);
  });
});

const ALL = [version(), { http: { pods: true, path: '/' } }, { restarts: {} }, { kubernetes: {} }];

describe('permissions', () => {
  realNodeTest('that the README lists are enough', async () => {
    const ground = await playground('pods-rbac');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    const env = await userWith(ground, await rulesInReadme('verify-health', 'pods/proxy'));
    expectGood(await verify(ground, ALL, {}, { env }));
  });

  realNodeTest('that are missing are said before anything is asked', async () => {
    const ground = await playground('pods-rbac-missing');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    const rules = await rulesInReadme('verify-health', 'pods/proxy');
    const lacking = rules.filter(({ resources }) => !resources.includes('pods/proxy'));
    const step = await verify(ground, ALL, {}, { env: await userWith(ground, lacking) });
    expect(step.outputs.status).toBe('error');
    expect(step.errors[0]).toContain(
      '{"apiGroups":[""],"resources":["pods/proxy"],"verbs":["get"]}',
    );
    expect(step.log).not.toContain('Verifying');
  });
});
