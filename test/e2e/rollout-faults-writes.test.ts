import { describe, expect } from '@jest/globals';
import { failing } from '../faults/answers.ts';
import { loseAnswer, reset, stall } from '../faults/connections.ts';
import type { Injection } from '../faults/fault.ts';
import { realNodeTest } from './fixture.ts';
import {
  lasting,
  rollOut,
  type TroubledGround,
  troubledGround,
  WRITES,
} from './rollout-faults-fixture.ts';
import { expectGood, expectServing, ledger, testVersions } from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

const CRASHING = { budgets: 'CrashLoop=2' };

function good(): object {
  return web({ image: image.v2, replicas: 2 });
}

function bad(): object {
  return web({ image: image.v2, replicas: 2, env: { EXIT_CODE: '3' } });
}

async function expectRolledOut({ ground }: TroubledGround): Promise<void> {
  await expectServing(ground, image.v2);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  // Written twice, it would have been rolled twice.
  const revisions = await ground.list('apps/v1', 'replicasets', 'app=web');
  expect(revisions).toHaveLength(2);
}

async function expectTakenBack({ ground }: TroubledGround): Promise<void> {
  await expectServing(ground, image.v1);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
}

const FAILED = {
  status: 'failed',
  'failure-reason': 'CrashLoop',
  'failed-workload': 'deployment/web',
  'rolled-back': 'succeeded',
};

describe('a good version is rolled out once although', () => {
  realNodeTest('the answer of its apply is lost', async () => {
    const troubled = await troubledGround('lost', image);
    const lost = troubled.proxy.inject(loseAnswer(), { ...WRITES, times: 1 });
    const { step } = await rollOut(troubled, { manifest: good() }, async () => undefined);
    expect(lost.hits).toBe(1);
    expectGood(step);
    expect(step.outputs).toMatchObject({ changed: 'true', revision: '2', release: '2' });
    await expectRolledOut(troubled);
  });

  realNodeTest('its apply never reaches the API server at first', async () => {
    const troubled = await troubledGround('unsent', image);
    const broken = troubled.proxy.inject(reset(), { ...WRITES, times: 2 });
    const { step } = await rollOut(troubled, { manifest: good() }, async () => undefined);
    expect(broken.hits).toBe(2);
    expectGood(step);
    await expectRolledOut(troubled);
  });

  realNodeTest('the API server refuses writes for 5 s', async () => {
    const troubled = await troubledGround('busy', image);
    const busy = troubled.proxy.inject(failing(429, { retryAfter: 1 }), { method: 'PATCH' });
    const { step } = await rollOut(troubled, { manifest: good() }, async () => {
      // However long the step takes until it writes: the 5 s are those of its writes.
      await until('a write is refused', async () => busy.hits > 0);
      await lasting(5);
      busy.off();
    });
    expect(busy.hits).toBeGreaterThan(1);
    expectGood(step);
    await expectRolledOut(troubled);
  });

  realNodeTest('the API server is out of reach for 15 s when it is to be written', async () => {
    const troubled = await troubledGround('away', image);
    const away = troubled.proxy.inject(reset(), WRITES);
    const { step } = await rollOut(troubled, { manifest: good() }, async () => {
      await until('a write breaks', async () => away.hits > 0);
      await lasting(15);
      away.off();
    });
    expectGood(step);
    await expectRolledOut(troubled);
  });

  realNodeTest('the answers of the ledger are lost', async () => {
    const troubled = await troubledGround('lost-ledger', image);
    const lost = ['create', 'patch'].map((verb) =>
      troubled.proxy.inject(loseAnswer(), { resource: 'configmaps', verb, times: 1 }),
    );
    const { step } = await rollOut(troubled, { manifest: good() }, async () => undefined);
    expect(lost.map(({ hits }) => hits)).toEqual([1, 1]);
    expectGood(step);
    expect(step.outputs.release).toBe('2');
    await expectRolledOut(troubled);
  });
});

describe('a version that crashes is taken back although', () => {
  realNodeTest('the answer of the write that takes it back is lost', async () => {
    const troubled = await troubledGround('lost-back', image);
    const rollout = { manifest: bad(), inputs: CRASHING, from: 'once so far' };
    const lost: Injection[] = [];
    const { step } = await rollOut(troubled, rollout, async () => {
      lost.push(troubled.proxy.inject(loseAnswer(), { ...WRITES, times: 1 }));
    });
    expect(lost.map(({ hits }) => hits)).toEqual([1]);
    expect(step.outputs).toMatchObject(FAILED);
    await expectTakenBack(troubled);
  });

  realNodeTest('the API server fails for 15 s just then', async () => {
    const troubled = await troubledGround('failing-back', image);
    const rollout = { manifest: bad(), inputs: CRASHING, from: '::group::Roll back to release 1' };
    const { step } = await rollOut(troubled, rollout, async () => {
      const broken = troubled.proxy.inject(failing(500));
      await lasting(15);
      broken.off();
    });
    expect(step.outputs).toMatchObject(FAILED);
    await expectTakenBack(troubled);
  });

  realNodeTest('no log comes, for which the way back does not wait', async () => {
    const troubled = await troubledGround('no-logs', image);
    troubled.proxy.inject(stall(), { resource: 'pods/log' });
    const rollout = { manifest: bad(), inputs: CRASHING, from: ', 2 times so far' };
    const back = { ...rollout, says: '::group::Roll back to release 1' };
    const { step, saidAt, overAt } = await rollOut(troubled, back, async () => undefined);
    expect((saidAt - overAt) / 1_000).toBeLessThan(5);
    expect(step.outputs).toMatchObject(FAILED);
    for (const text of [step.log, step.summary]) {
      expect(text).toMatch(/Without the log of web in web-/);
    }
    await expectTakenBack(troubled);
  });

  realNodeTest('the pod that keeps a StatefulSet from it cannot be deleted for 15 s', async () => {
    const troubled = await troubledGround('undeleted', image);
    const set = (version: string) =>
      web({
        kind: 'StatefulSet',
        name: 'queue',
        image: version,
        env: { CRASH_VERSION: 'v3' },
      });
    const none = async (): Promise<void> => undefined;
    expectGood((await rollOut(troubled, { manifest: set(image.v2) }, none)).step);
    const deletions = troubled.proxy.inject(failing(503), { verb: 'delete', resource: 'pods' });
    const from = '::group::Roll back to release 2';
    const rollout = { manifest: set(image.v3), inputs: CRASHING, from };
    const { step } = await rollOut(troubled, rollout, async () => {
      await lasting(15);
      deletions.off();
    });
    expect(deletions.hits).toBeGreaterThan(2);
    expect(step.outputs).toMatchObject({ ...FAILED, 'failed-workload': 'statefulset/queue' });
    expect(step.log).toMatch(
      /pod\/queue-0 of statefulset\/queue keeps it from being updated: .*apiserver is shutting down/,
    );
    expect(step.log).toContain('Deleted pod/queue-0 of statefulset/queue');
    await expectServing(troubled.ground, image.v2, 'queue', 'StatefulSet');
  });
});
