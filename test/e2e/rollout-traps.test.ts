import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { temporaryFolder } from '../temporary-folder.ts';
import { afterTests, type Playground, playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, expectServing, testVersions } from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

async function serving(label: string, options: object = {}): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await applyManifest(ground, [web({ image: image.v1, ...options })]));
  return ground;
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly containers: readonly [{ readonly image: string }] };
}

/** The names of the pods of a version. */
async function podsOf(ground: Playground, version: string): Promise<readonly string[]> {
  const pods = await ground.list<Pod>('v1', 'pods', 'app=web');
  return pods
    .filter(({ spec }) => spec.containers[0].image === version)
    .map(({ metadata }) => metadata.name);
}

/** Has the API server evict the first pod of a version, as the drain of a node does. */
async function evictOne(ground: Playground, version: string): Promise<void> {
  const name = await until('there is a pod', async () => (await podsOf(ground, version))[0]);
  const path = `/api/v1/namespaces/${ground.namespace}/pods/${name}/eviction`;
  const file = join(await temporaryFolder('eviction'), 'eviction.json');
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  await writeFile(file, JSON.stringify(eviction));
  await ground.kubectl('create', '--raw', path, '-f', file);
}

/** Adds a node to the cluster whose kubelet is dead; it goes after the tests. */
async function deadNode(ground: Playground): Promise<string> {
  const name = `dead-${ground.namespace}`;
  await ground.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  afterTests(() => ground.kubectl('delete', 'node', name));
  const allocatable = { cpu: '1', memory: '1Gi', pods: '10' };
  const conditions = [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: '' }];
  const status = JSON.stringify({ status: { allocatable, capacity: allocatable, conditions } });
  await ground.kubectl('patch', 'node', name, '--subresource=status', '--type=merge', '-p', status);
  return name;
}

interface ReplicaSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [{ image: string }] } };
  };
}

describe('a rollout succeeds, and does not fail,', () => {
  realNodeTest('when the one before it ran out of its time (trap 2)', async () => {
    const spec = { strategy: { type: 'Recreate' }, progressDeadlineSeconds: 5 };
    const ground = await serving('deadline', { spec });
    const stuck = web({ image: image.v2, spec, env: { NEVER_READY: '1' } });
    const failed = await applyManifest(ground, [stuck], { 'on-failure': 'none' });
    expect(failed.outputs.status).toBe('failed');
    const reason = '-ojsonpath={.status.conditions[?(@.type=="Progressing")].reason}';
    await until('its time is over', async () => {
      const said = await ground.kubectl('get', 'deployment', 'web', reason);
      return said === 'ProgressDeadlineExceeded';
    });
    expectGood(await applyManifest(ground, [web({ image: image.v3, spec })]));
    await expectServing(ground, image.v3);
  });

  realNodeTest('when its new pod is evicted by a drain (trap 19)', async () => {
    const ground = await serving('evicted');
    const slow = web({ image: image.v2, env: { READY_AFTER: '4s' } });
    const [step] = await Promise.all([
      applyManifest(ground, [slow], { budgets: 'CrashLoop=1' }),
      evictOne(ground, image.v2),
    ]);
    expectGood(step);
    await expectServing(ground, image.v2);
  });

  realNodeTest('when a node is dead to which a DaemonSet belongs (trap 32)', async () => {
    // With 1, the pod of the dead node is the one that may be unavailable.
    const spec = { updateStrategy: { rollingUpdate: { maxUnavailable: 5 } } };
    const set = { kind: 'DaemonSet', spec } as const;
    const ground = await serving('dead-node', set);
    const dead = await deadNode(ground);
    const step = await applyManifest(ground, [web({ image: image.v2, ...set })], { timeout: '1m' });
    expectGood(step);
    expect(step.log).toContain(`Not waited for: ${dead} (not Ready)`);
  });

  realNodeTest('when the name of its ReplicaSet is taken (trap 33)', async () => {
    const ground = await serving('collision');
    expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const replicaSets = await ground.list<ReplicaSet>('apps/v1', 'replicasets', 'app=web');
    const second = replicaSets.find(
      ({ spec }) => spec.template.spec.containers[0].image === image.v2,
    );
    const { name = '' } = second?.metadata ?? {};
    await ground.kubectl('delete', 'replicaset', name);
    const labels = { app: 'another' };
    const containers = [{ name: 'web', image: image.v3 }];
    await ground.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    });
    expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
    await expectServing(ground, image.v2);
    const collisions = '-ojsonpath={.status.collisionCount}';
    expect(await ground.kubectl('get', 'deployment', 'web', collisions)).toBe('1');
  });
});

describe('a rollout', () => {
  realNodeTest('that waits for termination ends when no old pod is left (trap 5)', async () => {
    const stubborn = { env: { IGNORE_SIGTERM: '1' }, pod: { terminationGracePeriodSeconds: 6 } };
    const ground = await serving('terminating', stubborn);
    const inputs = { 'wait-for-termination': 'true' };
    expectGood(await applyManifest(ground, [web({ image: image.v2, ...stubborn })], inputs));
    expect(await podsOf(ground, image.v1)).toEqual([]);
  });

  realNodeTest('that a dead node blocks says which one it is (trap 32)', async () => {
    const ground = await serving('blocked', { kind: 'DaemonSet' });
    const dead = await deadNode(ground);
    const next = web({ image: image.v2, kind: 'DaemonSet' });
    const step = await applyManifest(ground, [next], { timeout: '15s' });
    expect(step.outputs).toMatchObject({ status: 'timed-out', 'rolled-back': 'not-attempted' });
    expect(step.errors[0]).toMatch(
      new RegExp(`${dead} \\(not Ready\\).* unavailable, and as many as maxUnavailable \\(1\\)`),
    );
    expect(step.errors[0]).toContain('the cause is the infrastructure, not the release');
  });

  realNodeTest('that changes nothing on what is broken fails for that (trap 23)', async () => {
    const ground = await serving('still-broken');
    const broken = web({ image: image.v2, env: { EXIT_CODE: '3' } });
    const inputs = { 'on-failure': 'none', budgets: 'CrashLoop=2' };
    const crashed = { status: 'failed', 'failure-reason': 'CrashLoop', changed: 'true' };
    expect((await applyManifest(ground, [broken], inputs)).outputs).toMatchObject(crashed);
    const again = await applyManifest(ground, [broken], inputs);
    expect(again.outputs).toMatchObject({ ...crashed, changed: 'false' });
  });

  realNodeTest('of a pod that has failed is failed (trap 31)', async () => {
    const ground = await playground('failed-pod');
    const env = [{ name: 'EXIT_CODE', value: '3' }];
    const task = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'task' },
      spec: { restartPolicy: 'Never', containers: [{ name: 'task', image: image.v1, env }] },
    };
    const step = await applyManifest(ground, [task]);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-workload': 'pod/task' });
    expect(step.errors[0]).toContain('exited with code 3');
  });
});
