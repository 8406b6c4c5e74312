import { describe, expect } from '@jest/globals';
import { failing } from '../faults/answers.ts';
import { reset } from '../faults/connections.ts';
import { realNodeTest } from './fixture.ts';
import {
  completion,
  exits,
  rollOut,
  type Trouble,
  type TroubledGround,
  troubledGround,
  WRITES,
} from './rollout-faults-fixture.ts';
import { expectGood, expectServing, ledger, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Seconds of the timeout, and of the patience with the ledger and the like after it. */
const TIMEOUT = 15;
const PATIENCE = 15;

/** Rolls out a manifest, with a trouble in its middle that lasts to the end. */
async function expectUnknown(
  troubled: TroubledGround,
  manifest: object,
  trouble: Trouble,
): Promise<string> {
  const never = async (): Promise<void> => undefined;
  const rollout = {
    manifest,
    inputs: { timeout: `${TIMEOUT}s` },
    from: '1 of 2 updated',
    says: '::group::Roll out release 2',
  };
  const { step, saidAt } = await rollOut(troubled, rollout, () => trouble(troubled.proxy, never));
  expect((performance.now() - saidAt) / 1_000).toBeLessThan(TIMEOUT + PATIENCE);
  expect(step.exitCode).toBe(1);
  expect(step.outputs).toMatchObject({
    status: 'unknown',
    'failure-reason': 'APIServerUnavailable',
    changed: 'true',
    'rolled-back': 'not-attempted',
    release: '2',
  });
  expect(step.errors).toEqual([
    expect.stringMatching(
      /could not be watched, so that it is not known whether deployment\/web was rolled out within 15 s.*Not rolled back: it is not known whether it failed\./,
    ),
  ]);
  expect(step.summary).toMatch(/^## ❌ Release 2 ended unknown\n/);
  return step.log;
}

function good(): object {
  return web({ image: image.v2, replicas: 2, env: { READY_AFTER: '3s' } });
}

const UNREACHABLE: Trouble = (proxy) => proxy.refuseConnections();

describe('what cannot be seen until the time is up is unknown, and nothing is taken back:', () => {
  realNodeTest('a good version, which the next run finds as it is', async () => {
    const troubled = await troubledGround('unseen', image);
    const { ground, proxy } = troubled;
    const log = await expectUnknown(troubled, good(), UNREACHABLE);
    expect(log).toContain('The ledger still calls release 2 started: ');
    await completion(troubled, image.v2);
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'started' });

    await proxy.acceptConnections();
    const { step } = await rollOut(troubled, { manifest: good() }, async () => undefined);
    expectGood(step);
    expect(step.outputs).toMatchObject({ changed: 'false', 'rolled-back': 'not-needed' });
  });

  realNodeTest('a version that crashes meanwhile', async () => {
    const troubled = await troubledGround('unseen-bad', image);
    const bad = web({
      image: image.v2,
      replicas: 2,
      env: { EXIT_CODE: '3', EXIT_AFTER: '4s', NEVER_READY: '1' },
    });
    await expectUnknown(troubled, bad, UNREACHABLE);
    await exits(troubled, 1);
    const image2 = '-ojsonpath={.spec.template.spec.containers[0].image}';
    expect(await troubled.ground.kubectl('get', 'deployment/web', image2)).toBe(image.v2);
  });

  realNodeTest('with a token that has expired for good', async () => {
    const troubled = await troubledGround('expired', image);
    const log = await expectUnknown(troubled, good(), async (proxy) => {
      proxy.expireToken();
      proxy.endWatches('reset');
    });
    expect(log).toContain('The credentials of the kubeconfig are wrong or have expired');
  });

  realNodeTest('with an API server that fails for good', async () => {
    const troubled = await troubledGround('failing', image);
    await expectUnknown(troubled, good(), async (proxy) => {
      proxy.inject(failing(503));
      proxy.endWatches('reset');
    });
  });
});

describe('an API server that is out of reach', () => {
  const none = async (): Promise<void> => undefined;

  realNodeTest('when a workload is to be written, until the time is up, is unknown', async () => {
    const troubled = await troubledGround('unwritten', image);
    const { ground, proxy } = troubled;
    const broken = proxy.inject(reset(), WRITES);
    const inputs = { timeout: `${TIMEOUT}s` };
    const { step } = await rollOut(troubled, { manifest: good(), inputs }, none);
    expect(broken.hits).toBeGreaterThan(TIMEOUT / 2);
    expect(step.outputs).toMatchObject({
      status: 'unknown',
      changed: 'false',
      'failure-reason': 'APIServerUnavailable',
      'failed-workload': '',
      release: '2',
    });
    expect(step.errors).toEqual([
      expect.stringMatching(
        /^Rollout unknown: .* could not be asked to apply deployment\/web .* was tried \d+ times in 1\d s/,
      ),
    ]);
    expect(step.summary).toContain('could not be asked to apply deployment/web');
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'interrupted' });
    await expectServing(ground, image.v1);

    broken.off();
    expectGood((await rollOut(troubled, { manifest: good() }, none)).step);
    await expectServing(ground, image.v2);
  });

  realNodeTest('before anything is changed, is unknown and no bad input', async () => {
    const troubled = await troubledGround('unplanned', image);
    const { ground, proxy } = troubled;
    await proxy.refuseConnections();
    const { step } = await rollOut(troubled, { manifest: good() }, none);
    expect(step.outputs).toMatchObject({
      status: 'unknown',
      changed: 'false',
      'failure-reason': 'APIServerUnavailable',
      'rolled-back': 'not-needed',
    });
    expect(step.errors).toEqual([expect.stringContaining('Is the address right')]);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });
  });
});
