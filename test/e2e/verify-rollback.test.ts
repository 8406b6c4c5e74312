import { describe, expect } from '@jest/globals';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import { rulesInReadme, userWith } from './permissions-fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  flightRecordOf,
  ledger,
  reportOf,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

/** What answers at / is asked, and which version serves. */
const CHECKS = `
- http: { name: home, url: "{{url}}/", successes: 2 }
- http: { name: version, url: "{{url}}/version", json: { version: "{{version}}" }, successes: 1 }
`;

type Version = 'v1' | 'v2' | 'v3';
type Inputs = Readonly<Record<string, string>>;

const NOTES = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'notes' }, data: {} };

/** Rolls a version out, whose home page answers with `status`. */
async function rollOut(
  ground: Playground,
  version: Version,
  status = '200',
  inputs: Inputs = {},
): Promise<void> {
  const objects = [
    web({ image: image[version], env: { STATUS: status } }),
    service('web'),
    ...(inputs.prune ? [] : [NOTES]),
  ];
  expectGood(await applyManifest(ground, objects, { version, ...inputs }));
}

/** Inputs that verify a version, and take its release back where it is bad. */
function judging(version: Version, inputs: Inputs = {}): Inputs {
  return {
    checks: CHECKS,
    version,
    'on-failure': 'rollback',
    bake: '1s',
    interval: '500ms',
    ...inputs,
  };
}

const UNTOUCHED = { 'rolled-back': 'not-attempted', 'rolled-back-to': '', verified: 'false' };

describe('a release whose verification failed', () => {
  realNodeTest(
    'goes back to the last one that was verified, and that is verified again',
    async () => {
      const ground = await playground('verify-back');
      await rollOut(ground, 'v1');
      expectGood(await verifyRelease(ground, '1', judging('v1')));
      await rollOut(ground, 'v2');
      await rollOut(ground, 'v3', '500', { prune: 'true' });

      const step = await verifyRelease(ground, '3', judging('v3', { duration: '2s' }));
      expect(step.exitCode).toBe(1);
      expect(step.outputs).toMatchObject({
        status: 'failed',
        'failed-check': 'home',
        verified: 'false',
        'rolled-back': 'succeeded',
        'rolled-back-to': '1',
        'rollback-target': 'verified',
      });
      expect(step.errors).toHaveLength(1);
      for (const text of [step.errors[0], step.summary]) {
        expect(text).toContain('got 500');
        expect(text).toContain('Rolled back to release 1 (v1); it serves.');
        expect(text).toContain('It was verified again, and is good (version v1).');
      }
      expect(step.summary).toContain('Back at release 1 (v1)');
      expect(step.log).toContain('::group::Last lines of web in web-');
      await expectServing(ground, image.v1);
      // As after a rollout that paal/k8s-rollout has taken back.
      expect(await ledger(ground)).toEqual({ 1: 'verified', 2: 'rolled-back', 3: 'failed' });
      expect(await ground.kubectl('rollout', 'history', 'deployment/web')).toContain(
        'paal back to release 1 https://github.com/paal/shop/actions/runs/42',
      );
      // It would have been pruned after the third release.
      expect(await ground.kubectl('get', 'configmap/notes', '-oname')).toBe('configmap/notes');
      expect(await reportOf(step)).toMatchObject({
        rollback: { status: 'succeeded', to: [{ workload: 'deployment/web', release: 1 }] },
        'verified-again': { status: 'succeeded', version: 'v1' },
      });
      const record = await flightRecordOf(step);
      expect(record.filter((line) => line.includes('back to release 1'))).not.toEqual([]);
    },
  );

  realNodeTest('is not the cause when what served before is bad, too', async () => {
    const ground = await playground('verify-still-bad');
    await rollOut(ground, 'v1', '500');
    const first = await verifyRelease(ground, '1', judging('v1', { duration: '1s' }));
    expect(first.outputs).toMatchObject(UNTOUCHED);
    expect(first.errors[0]).toContain('Not rolled back: there is no earlier release that served.');
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });

    await rollOut(ground, 'v2', '503');
    const step = await verifyRelease(ground, '2', judging('v2', { duration: '1s' }));
    expect(step.outputs).toMatchObject({ 'rolled-back': 'succeeded', 'rolled-back-to': '1' });
    expect(step.errors[0]).toMatch(/STILL BAD AFTER THE ROLLBACK: .*got 500.*not release 2/);
    expect(step.summary).toContain('❌ Back at release 1');
  });

  realNodeTest('is left alone when somebody else has changed it meanwhile', async () => {
    const ground = await playground('verify-superseded');
    await rollOut(ground, 'v1');
    await rollOut(ground, 'v2', '500');
    let change: Promise<string> | undefined;
    const onLog = (log: string): void => {
      if (!log.includes('home: bad')) return;
      change ??= ground.kubectl('set', 'image', 'deployment/web', `web=${image.v3}`);
    };
    const step = await verifyRelease(ground, '2', judging('v2', { duration: '5s' }), {}, onLog);
    await change;
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', ...UNTOUCHED });
    expect(step.errors[0]).toContain(
      'Not rolled back: superseded: somebody else has set other images on deployment/web.',
    );
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await expectServing(ground, image.v3);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });

  realNodeTest('is put back whole when the run is cancelled on the way', async () => {
    const ground = await playground('verify-cancelled');
    await rollOut(ground, 'v1');
    await rollOut(ground, 'v2', '500');
    let killed = 0;
    const onLog = (log: string, kill: (signal: NodeJS.Signals) => void): void => {
      if (killed > 0 || !log.split('Roll back to release 1')[1]?.includes('deployment/web:'))
        return;
      killed = performance.now();
      kill('SIGINT');
    };
    const inputs = judging('v2', { duration: '1s', bake: '60s' });
    const step = await verifyRelease(ground, '2', inputs, {}, onLog);
    expect(performance.now() - killed).toBeLessThan(7_000);
    expect(step.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'failed' });
    expect(step.errors[0]).toContain('Put back to release 1 (v1). The run was cancelled');
    expect(step.summary).toContain('The rollback to release 1 (v1) was cancelled');
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await expectServing(ground, image.v1);
    await until('the lease is free', async () => {
      const holder = '-ojsonpath={.spec.holderIdentity}';
      return (await ground.kubectl('get', 'lease', 'paal-shop', holder)) === '';
    });
  });

  realNodeTest("goes back with the permissions of the action's README alone", async () => {
    const ground = await playground('verify-back-rbac');
    await rollOut(ground, 'v1');
    await rollOut(ground, 'v2', '500');
    const marking = await userWith(ground, await rulesInReadme('verify-health'));
    const refused = await verifyRelease(ground, '2', judging('v2'), marking);
    expect(refused.outputs).toMatchObject({ status: 'error', 'rolled-back': 'not-needed' });
    expect(refused.errors[0]).toContain('"resources":["deployments"],"verbs":["patch",');
    expect(refused.log).not.toContain('Verifying');

    const env = await userWith(ground, await rulesInReadme('verify-health', 'replicasets'));
    const step = await verifyRelease(ground, '2', judging('v2', { duration: '1s' }), env);
    expect(step.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    expect(step.log).toContain('::group::Last lines of web in web-');
    await expectServing(ground, image.v1);
  });
});

describe('a release of which nothing is known', () => {
  realNodeTest('stays, unless rollback-on is any', async () => {
    const ground = await playground('verify-unknown');
    await rollOut(ground, 'v1');
    await rollOut(ground, 'v2');
    const checks = '- prometheus: { name: errors, query: "vector(1)", max: 2 }';
    const nowhere = judging('v2', {
      checks,
      'prometheus-url': 'http://127.0.0.1:1',
      duration: '0',
    });
    const step = await verifyRelease(ground, '2', nowhere);
    expect(step.outputs).toMatchObject({ status: 'error', ...UNTOUCHED });
    expect(step.errors[0]).toContain(
      'Not rolled back: nothing was found that speaks against the release.',
    );
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });

    const any = await verifyRelease(ground, '2', { ...nowhere, 'rollback-on': 'any' });
    expect(any.outputs).toMatchObject({
      status: 'error',
      'rolled-back': 'succeeded',
      'rollback-target': 'unverified',
    });
    expect(any.errors[0]).toContain('Verified again, it proves nothing');
    await expectServing(ground, image.v1);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  });
});

describe('while another run changes the app,', () => {
  realNodeTest('a release is neither marked nor taken back, and its verdict stands', async () => {
    const ground = await playground('verify-lease');
    await rollOut(ground, 'v1');
    const run = 'https://github.com/paal/shop/actions/runs/7';
    const bad = CHECKS.replace('successes: 2', 'successes: 2, status: 418');
    const verifications = () =>
      Promise.all([
        verifyRelease(ground, '1', judging('v1')),
        verifyRelease(ground, '1', judging('v1', { checks: bad, duration: '1s' })),
        verifyRelease(ground, '1', judging('v1', { 'wait-for-lease': '2m' })),
      ]);
    let begun: ReturnType<typeof verifications> | undefined;
    const slow = web({ image: image.v1, env: { STATUS: '200', READY_AFTER: '25s' } });
    const rollout = await applyManifest(
      ground,
      [slow, service('web')],
      {},
      {
        env: { GITHUB_RUN_ID: '7' },
        onLog: (log) => {
          if (log.includes('1 of 1 updated')) begun ??= verifications();
        },
      },
    );
    expectGood(rollout);
    if (!begun) throw new Error(rollout.log);
    const [good, failed, waiting] = await begun;
    expectGood(good);
    expect(good.outputs).toMatchObject({ verified: 'false', 'rolled-back': 'not-needed' });
    expect(good.log).toContain(
      `::warning::Release 1 is not marked as verified: another run is changing shop: ${run}`,
    );
    expect(failed.outputs).toMatchObject({ status: 'failed', ...UNTOUCHED });
    expect(failed.errors[0]).toContain(`Not rolled back: another run is changing shop: ${run}`);
    expectGood(waiting);
    expect(waiting.log).toContain(
      '::warning::Release 1 is not marked as verified: release 2 serves since.',
    );
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });
});
