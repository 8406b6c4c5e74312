import { describe, expect } from '@jest/globals';
import type { StepOptions } from '../contract/run-action.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Does `act` once, as soon as the step has printed `text`. */
function once(text: string, act: (kill: (signal: NodeJS.Signals) => void) => void) {
  let done = false;
  const onLog: StepOptions['onLog'] = (log, kill) => {
    if (done || !log.includes(text)) return;
    done = true;
    act(kill);
  };
  return { onLog };
}

async function servingVersion1(label: string): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
  return ground;
}

/** A new version that never becomes ready, so that there is time to interfere. */
function stuck(): object {
  return web({ image: image.v2, env: { NEVER_READY: '1' } });
}

describe('a rollout', () => {
  realNodeTest('that somebody else replaces is superseded, and theirs is left alone', async () => {
    const ground = await servingVersion1('superseded');
    let theirs: Promise<string> | undefined;
    const whenUpdated = once('1 of 1 updated', () => {
      theirs = ground
        .kubectl('set', 'image', 'deployment/web', `web=${image.v3}`)
        .then(() => ground.kubectl('set', 'env', 'deployment/web', 'NEVER_READY-'));
    });
    const step = await applyManifest(ground, [stuck()], {}, whenUpdated);
    await theirs;
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'superseded', 'rolled-back': 'not-attempted' });
    expect(step.errors).toEqual([
      expect.stringMatching(
        /was changed by somebody else .*Not rolled back: it is somebody else's/,
      ),
    ]);
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await expectServing(ground, image.v3);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'superseded' });
  });

  realNodeTest('that is paused says so, with the command to resume it', async () => {
    const ground = await servingVersion1('paused');
    let pause: Promise<string> | undefined;
    const whenUpdated = once('1 of 1 updated', () => {
      pause = ground.kubectl('rollout', 'pause', 'deployment/web');
    });
    const step = await applyManifest(ground, [stuck()], {}, whenUpdated);
    await pause;
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'Paused',
      'rolled-back': 'not-attempted',
    });
    expect(step.errors[0]).toContain(
      `Resume it: kubectl -n ${ground.namespace} rollout resume deployment/web`,
    );
  });

  realNodeTest('whose rollback is cancelled has put everything back all the same', async () => {
    const ground = await servingVersion1('cancelled-back');
    const whenRollingBack = once('::group::Roll back to release 1', (kill) => kill('SIGINT'));
    const bad = [web({ image: image.missing })];
    const step = await applyManifest(ground, bad, { bake: '1m' }, whenRollingBack);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImageNotFound',
      'rolled-back': 'failed',
    });
    expect(step.errors).toEqual([
      expect.stringMatching(/Put back to release 1 .*\. The run was cancelled before it was known/),
    ]);
    expect(await reportOf(step)).toMatchObject({ status: 'failed', release: 2 });
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await expectServing(ground, image.v1);
  });
});

describe('paal/rollback', () => {
  realNodeTest('that is cancelled has put everything back all the same, and says so', async () => {
    const ground = await servingVersion1('cancelled-rollback');
    expectGood(await applyManifest(ground, [web({ image: image.v2 })]));
    const step = await ground.step(
      'rollback',
      { bake: '1m' },
      once('serving 1 of 1', (kill) => kill('SIGINT')),
    );
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      status: 'cancelled',
      'failure-reason': 'Cancelled',
      from: '2',
      to: '1',
    });
    expect(step.summary).toMatch(/^## ⚠️ The rollback to release 1 .* was cancelled\n/);
    expect(step.errors).toHaveLength(1);
    await expectServing(ground, image.v1);
  });
});
