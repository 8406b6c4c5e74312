import { describe, expect } from '@jest/globals';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

type Inputs = Readonly<Record<string, string>>;

/** The address of a run, by its number. */
function address(run: number): string {
  return `https://github.com/paal/shop/actions/runs/${run}`;
}

async function rollOut(
  ground: Playground,
  run: number,
  manifest: object,
  inputs: Inputs = {},
  onLog?: StepOptions['onLog'],
): Promise<StepResult> {
  const env = { GITHUB_RUN_ID: String(run) };
  return await applyManifest(ground, [manifest], inputs, { env, ...(onLog ? { onLog } : {}) });
}

async function serving(label: string): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await rollOut(ground, 1, web({ image: image.v1 })));
  return ground;
}

/** A version that takes its time, so that two runs meet. */
function slow(version: string, seconds = 10): object {
  return web({ image: version, env: { READY_AFTER: `${seconds}s` } });
}

/** Begins `second` once the log of a run has `text`; gives what both gave. */
async function meeting<T>(
  text: string,
  first: (onLog: StepOptions['onLog']) => Promise<StepResult>,
  second: (kill: (signal: NodeJS.Signals) => void) => Promise<T>,
): Promise<readonly [StepResult, T]> {
  let begun: Promise<T> | undefined;
  const step = await first((log, kill) => {
    if (log.includes(text)) begun ??= second(kill);
  });
  if (!begun) throw new Error(step.log);
  return [step, await begun];
}

const REFUSED = { status: 'failed', 'failure-reason': 'LeaseHeld' };

async function holder(ground: Playground): Promise<string> {
  return await ground.kubectl('get', 'lease', 'paal-shop', '-ojsonpath={.spec.holderIdentity}');
}

describe('while one run changes an app,', () => {
  realNodeTest('another rollout is refused with the name of that run', async () => {
    const ground = await serving('two-rollouts');
    const [first, second] = await meeting(
      '1 of 1 updated',
      (onLog) => rollOut(ground, 2, slow(image.v2), {}, onLog),
      () => rollOut(ground, 3, slow(image.v3)),
    );
    expectGood(first);
    expect(second.exitCode).toBe(1);
    expect(second.outputs).toMatchObject({ ...REFUSED, changed: 'false', release: '' });
    expect(second.errors).toEqual([
      expect.stringContaining(
        `Another run is changing shop in namespace ${ground.namespace}: ${address(2)}.`,
      ),
    ]);
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
    expect(await holder(ground)).toBe('');
  });

  realNodeTest('a rollback is refused, and a rollout is while one goes back', async () => {
    const ground = await serving('rollout-and-rollback');
    expectGood(await rollOut(ground, 2, web({ image: image.v2 })));
    const rollBack = (run: number, onLog?: StepOptions['onLog']) =>
      ground.step(
        'rollback',
        { bake: '8s' },
        { env: { GITHUB_RUN_ID: String(run) }, ...(onLog ? { onLog } : {}) },
      );
    const [out, refused] = await meeting(
      '1 of 1 updated',
      (onLog) => rollOut(ground, 3, slow(image.v3), {}, onLog),
      () => rollBack(4),
    );
    expectGood(out);
    expect(refused.outputs).toMatchObject(REFUSED);
    expect(refused.errors[0]).toContain(address(3));
    const [back, late] = await meeting(
      '::group::Roll back to release 2',
      (onLog) => rollBack(5, onLog),
      () => rollOut(ground, 6, web({ image: image.v1 })),
    );
    expectGood(back);
    expect(late.outputs).toMatchObject(REFUSED);
    expect(late.errors[0]).toContain(address(5));
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out', 3: 'rolled-back' });
  });

  realNodeTest('another one that may wait for it goes on from where it ended', async () => {
    const ground = await serving('waiting');
    const [first, second] = await meeting(
      '1 of 1 updated',
      (onLog) => rollOut(ground, 2, slow(image.v2), {}, onLog),
      () => rollOut(ground, 3, web({ image: image.v3 }), { 'wait-for-lease': '1m' }),
    );
    expectGood(first);
    expectGood(second);
    expect(second.log).toContain(`${address(2)} has the lease of shop`);
    // What is planned again after the wait sets out from version 2.
    expect(second.outputs).toMatchObject({ 'previous-revision': '2', revision: '3', release: '3' });
    await expectServing(ground, image.v3);
  });
});

describe('a run that', () => {
  realNodeTest('is killed holds nobody up, and its release is interrupted', async () => {
    const ground = await serving('killed');
    const [, second] = await meeting(
      '1 of 1 updated',
      (onLog) => rollOut(ground, 2, slow(image.v2, 60), {}, onLog),
      async (kill) => {
        kill('SIGKILL');
        expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'started' });
        return await rollOut(ground, 3, web({ image: image.v3 }));
      },
    );
    expectGood(second);
    expect(second.log).toContain(`${address(2)} has not been heard of for 20 s, and is over`);
    expect(second.log).toContain('Release 2 is interrupted');
    await expectServing(ground, image.v3);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'interrupted', 3: 'rolled-out' });
  });

  realNodeTest('stalls, and was taken for dead, leaves the other one alone', async () => {
    const ground = await serving('stalled');
    const stuck = web({ image: image.v2, env: { NEVER_READY: '1' } });
    const [first, second] = await meeting(
      '1 of 1 updated',
      (onLog) => rollOut(ground, 2, stuck, { timeout: '40s' }, onLog),
      async (kill) => {
        kill('SIGSTOP');
        const other = await rollOut(ground, 3, slow(image.v3, 8), {}, (log) => {
          if (log.includes('1 of 1 updated')) kill('SIGCONT');
        });
        kill('SIGCONT');
        return other;
      },
    );
    expectGood(second);
    expect(first.outputs).toMatchObject({ status: 'superseded', 'rolled-back': 'not-attempted' });
    await expectServing(ground, image.v3);
    expect((await ledger(ground))[3]).toBe('rolled-out');
  });

  realNodeTest('is cancelled gives the lease back', async () => {
    const ground = await serving('cancelled-lease');
    const step = await rollOut(ground, 2, slow(image.v2, 60), {}, (log, kill) => {
      if (log.includes('1 of 1 updated')) kill('SIGINT');
    });
    expect(step.outputs).toMatchObject({ status: 'cancelled' });
    await until('the lease is free', async () => (await holder(ground)) === '');
  });
});
