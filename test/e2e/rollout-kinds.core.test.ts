import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { job, service, web } from './workloads.ts';

const image = testVersions();

interface Scaled {
  readonly metadata: { readonly uid: string };
}

async function podUids(ground: Playground, app: string): Promise<readonly string[]> {
  const pods = await ground.list<Scaled>('v1', 'pods', `app=${app}`);
  return pods.map(({ metadata }) => metadata.uid);
}

describe('paal/k8s-rollout watches', () => {
  realNodeTest('everything that a release may hold, together and under one deadline', async () => {
    const ground = await playground('all-kinds');
    const cron = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: job('nightly', image.v1).spec } },
    };
    const step = await applyManifest(ground, [
      web({ name: 'front', image: image.v1, replicas: 2 }),
      web({ kind: 'StatefulSet', name: 'queue', image: image.v1, replicas: 2 }),
      web({ kind: 'DaemonSet', name: 'agent', image: image.v1 }),
      job('seed', image.v1, { RUN_FOR: '1s' }),
      cron,
      service('front'),
      service('elsewhere'),
    ]);
    expectGood(step);
    await expectServing(ground, image.v1, 'front');
    await expectServing(ground, image.v1, 'queue', 'StatefulSet');
    await expectServing(ground, image.v1, 'agent', 'DaemonSet');
    expect(await ground.kubectl('get', 'job/seed', '-ojsonpath={.status.succeeded}')).toBe('1');
    expect(step.log).toContain('job/seed: 1 of 1 succeeded, 0 active');
    expect(step.log).toContain('cronjob/nightly: runs at "0 3 * * *"');
    expect(step.log).toMatch(/service\/front: 2 of 2 endpoints ready/);
    expect(step.log).toContain(
      'service/elsewhere: not waited for: it selects no pods of this release',
    );
  });

  realNodeTest('a Job, whose failure is told with the exit of its container', async () => {
    const ground = await playground('job');
    const step = await applyManifest(ground, [
      job('seed', image.v1, { LOG: 'no rows', EXIT_CODE: '4' }),
    ]);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'CrashLoop',
      'failed-workload': 'job/seed',
      'failed-container': 'seed',
    });
    expect(step.errors[0]).toContain('exited with code 4');
    expect(step.summary).toContain('no rows');
    expect(step.summary).toContain('BackoffLimitExceeded');
  });
});

describe('a StatefulSet', () => {
  realNodeTest('that is wedged by a bad version is taken back, pod by pod', async () => {
    const ground = await playground('wedged');
    const set = (version: string) =>
      web({ kind: 'StatefulSet', image: version, replicas: 2, env: { CRASH_VERSION: 'v3' } });
    expectGood(await applyManifest(ground, [set(image.v1)]));
    const before = await podUids(ground, 'web');
    const step = await applyManifest(ground, [set(image.v3)]);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'CrashLoop',
      'failed-workload': 'statefulset/web',
      'rolled-back': 'succeeded',
    });
    expect(step.log).toMatch(/Deleted pod\/web-1 of statefulset\/web: .*OrderedReady/);
    await expectServing(ground, image.v1, 'web', 'StatefulSet');
    // The pod that the bad version never reached was never touched.
    const after = await podUids(ground, 'web');
    expect(after.filter((uid) => before.includes(uid))).toHaveLength(1);
  });

  realNodeTest('that was wedged before is mended by the next release', async () => {
    const ground = await playground('mended');
    const set = (version: string) =>
      web({ kind: 'StatefulSet', image: version, env: { CRASH_VERSION: 'v3' } });
    await ground.apply(set(image.v3));
    await ground.kubectl('wait', '--for=create', 'pod/web-0', '--timeout=30s');
    const step = await applyManifest(ground, [set(image.v2)]);
    expectGood(step);
    expect(step.log).toContain('Deleted pod/web-0 of statefulset/web');
    await expectServing(ground, image.v2, 'web', 'StatefulSet');
  });

  realNodeTest('and a DaemonSet are taken back to a revision', async () => {
    const ground = await playground('revisions');
    for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
      const name = kind.toLowerCase();
      const workload = (version: string) => web({ kind, name, image: version });
      expectGood(await applyManifest(ground, [workload(image.v1)], { app: name }));
      expectGood(await applyManifest(ground, [workload(image.v2)], { app: name }));
      const inputs = { to: 'revision:1', workloads: `${name}/${name}`, app: name };
      const step = await rollBack(ground, inputs);
      expectGood(step);
      expect(step.outputs).toMatchObject({ from: '2', to: '1' });
      await expectServing(ground, image.v1, name, kind);
    }
  });
});
