import { describe, expect } from '@jest/globals';
import { takeBack, verifyRelease } from './deploy-prune-fixture.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

const PRUNE = { prune: 'true' };

const configMap = (name: string, annotations: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, annotations },
  data: { a: '1' },
});

const worker = (): object =>
  web({
    name: 'worker',
    image: image.v1,
    container: { envFrom: [{ configMapRef: { name: 'needed' } }] },
  });

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
};

/** What every release has. */
const core = (tag: string): readonly object[] => [web({ image: tag }), service('web')];

const first = (): readonly object[] => [
  ...core(image.v1),
  worker(),
  service('worker'),
  configMap('extra'),
  configMap('needed'),
  configMap('stays', { 'paal.dev/prune': 'false' }),
  claim,
];

/** What the second release has no longer. */
const GOES = ['configmap/extra', 'deployment.apps/worker', 'service/worker'];
const STAYS = ['configmap/needed', 'configmap/stays', 'persistentvolumeclaim/data'];

/** Those of the objects that are there. */
async function there(ground: Playground, names: readonly string[]): Promise<readonly string[]> {
  const text = await ground.kubectl('get', ...names, '--ignore-not-found', '-oname');
  return text.split('\n').filter(Boolean).sort();
}

describe('what a release has no longer', () => {
  realNodeTest('goes when it is verified, not before, and comes back by a rollback', async () => {
    const ground = await playground('prune');
    expectGood(await applyManifest(ground, first(), PRUNE));
    expectGood(await verifyRelease(ground, '1'));
    expect(await there(ground, [...GOES, ...STAYS])).toEqual([...GOES, ...STAYS].sort());

    const dry = await applyManifest(ground, core(image.v2), { ...PRUNE, 'dry-run': 'true' });
    const step = await applyManifest(ground, core(image.v2), PRUNE);
    for (const one of [dry, step]) {
      expectGood(one);
      expect(one.log).toContain(
        'Deleted once this release is verified (prune): deployment/worker, service/worker, configmap/extra\n',
      );
      expect(one.log).toContain('configmap/needed stays: release 1 of shop needs it\n');
      expect(one.log).toContain('persistentvolumeclaim/data stays: it holds data\n');
    }
    expect(step.summary).toContain('Deleted once this release is verified (prune): ');
    expect(await there(ground, GOES)).toEqual(GOES);

    const failed = await verifyRelease(ground, '2', { version: 'v9', duration: '0', checks: BAD });
    expect(failed.outputs).toMatchObject({ status: 'failed', verified: 'false' });
    expect(failed.summary).toContain(
      'Release 2 is not marked as verified: its verification failed.',
    );
    expect(await there(ground, GOES)).toEqual(GOES);

    const verified = await verifyRelease(ground, '2');
    expectGood(verified);
    expect(verified.outputs).toMatchObject({ status: 'succeeded', verified: 'true' });
    expect(await there(ground, GOES)).toEqual([]);
    expect(await there(ground, STAYS)).toEqual(STAYS);
    expect(await ledger(ground)).toEqual({ 1: 'verified', 2: 'verified' });
    const pruned = 'deployment/worker, service/worker, configmap/extra';
    for (const text of [verified.log, verified.summary]) {
      expect(text).toContain('Release 2 is verified.');
      expect(text).toContain(`Pruned: ${pruned}.`);
      expect(text).toContain('configmap/stays stays: of its annotation paal.dev/prune: false.');
    }
    expect(await reportOf(verified)).toMatchObject({ release: { number: 2, verified: true } });

    const back = await takeBack(ground, { to: 'previous' });
    expect(back).toMatchObject({ status: 'succeeded', restored: ['service/worker'] });
    expect(back.configMaps).toContain('extra');
    await expectServing(ground, image.v1);
    await expectServing(ground, image.v1, 'worker');
    expect(await there(ground, GOES)).toEqual(GOES);
    expect(await ledger(ground)).toEqual({ 1: 'verified', 2: 'rolled-back' });

    // What came back is left over again, and no longer known from the second release alone.
    expectGood(await applyManifest(ground, core(image.v3), PRUNE));
    expectGood(await verifyRelease(ground, '3'));
    expect(await there(ground, GOES)).toEqual([]);
  });

  realNodeTest(
    'stays while prune is off, and goes when it is on, with no other change',
    async () => {
      const ground = await playground('prune-later');
      expectGood(await applyManifest(ground, [...core(image.v1), configMap('extra')]));
      expectGood(await applyManifest(ground, core(image.v2)));
      expectGood(await verifyRelease(ground, '2'));
      expect(await there(ground, ['configmap/extra'])).toEqual(['configmap/extra']);
      const step = await applyManifest(ground, core(image.v2), PRUNE);
      expectGood(step);
      expect(step.outputs).toMatchObject({ changed: 'false', release: '3' });
      expectGood(await verifyRelease(ground, '3'));
      expect(await there(ground, ['configmap/extra'])).toEqual([]);
    },
  );

  realNodeTest('stays when another app of the namespace has it, or another part', async () => {
    const ground = await playground('prune-others');
    const part = [web({ name: 'api', image: image.v1 })];
    expectGood(await applyManifest(ground, part, PRUNE));
    expectGood(await applyManifest(ground, [...core(image.v1), configMap('shared')], PRUNE));
    const admin = await applyManifest(ground, [configMap('shared')], { app: 'admin' });
    expectGood(admin);
    const step = await applyManifest(ground, core(image.v2), PRUNE);
    expectGood(step);
    expect(step.log).toContain('configmap/shared stays: release 1 of admin needs it\n');
    const verified = await verifyRelease(ground, '3');
    expectGood(verified);
    expect(verified.outputs.verified).toBe('true');
    const names = ['configmap/shared', 'deployment.apps/api'];
    expect(await there(ground, names)).toEqual(names);
  });
});

/** An answer that nothing gives. */
const BAD = '- http: { name: web, url: "{{url}}/version", status: 418 }';

describe('a release', () => {
  realNodeTest('is not marked as verified when it is not what serves any more', async () => {
    const ground = await playground('not-verified');
    for (const tag of [image.v1, image.v2]) expectGood(await applyManifest(ground, core(tag)));
    const old = await verifyRelease(ground, '1');
    expectGood(old);
    expect(old.outputs.verified).toBe('false');
    expect(old.log).toContain(
      '::warning::Release 1 is not marked as verified: release 2 serves since.',
    );
    await ground.kubectl('set', 'image', 'deployment/web', `web=${image.v3}`);
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const changed = await verifyRelease(ground, '2');
    expectGood(changed);
    expect(changed.summary).toContain(
      'Release 2 is not marked as verified: somebody else has set other images on deployment/web.',
    );
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });

    expectGood(await setImage(ground, image.v1));
    const again = await verifyRelease(ground, '3');
    expect(again.outputs).toMatchObject({ status: 'succeeded', verified: 'true' });
    expect(await ledger(ground)).toMatchObject({ 3: 'verified' });
  });

  realNodeTest('is not marked when the step passes although nothing was proven', async () => {
    const ground = await playground('unproven');
    expectGood(await applyManifest(ground, core(image.v1)));
    const checks = '- prometheus: { name: errors, query: "vector(1)", max: 2 }';
    const nowhere = { 'prometheus-url': 'http://127.0.0.1:1', 'on-error': 'pass', duration: '0' };
    const step = await verifyRelease(ground, '1', { checks, ...nowhere });
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ status: 'error', verified: 'false' });
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });
  });

  realNodeTest('that the ledger does not have is refused before anything is asked', async () => {
    const ground = await playground('no-release');
    expectGood(await applyManifest(ground, core(image.v1)));
    const step = await verifyRelease(ground, '7');
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'error', verified: 'false' });
    expect(step.errors).toEqual([
      expect.stringContaining(`There is no release 7 of shop in namespace ${ground.namespace}`),
    ]);
    expect(step.log).not.toContain('Verifying');
  });
});
