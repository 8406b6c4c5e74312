import { beforeAll, describe, expect, test } from '@jest/globals';
import { patchObject } from '@paal/core/cluster/apply';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { execa } from 'execa';
import { stringify } from 'yaml';
import {
  type ApplyGround,
  applyGround,
  containerOf,
  managersOf,
  replicasOf,
  templatesOf,
} from './apply-fixture.ts';
import { web } from './workloads.ts';

let ground: ApplyGround;

beforeAll(async () => {
  ground = await applyGround('apply-adoption');
});

// No test here needs a running pod: the fields are what counts.
const deployment = (
  name: string,
  tag: string,
  env: Readonly<Record<string, string>> = {},
): object => web({ name, image: `registry.invalid/app:${tag}`, replicas: 2, env });

const image = (tag: string): string => `registry.invalid/app:${tag}`;

async function create(object: object): Promise<void> {
  const { kubectl, kubeconfig } = ground.ground.cluster;
  const args = ['--kubeconfig', kubeconfig, '--namespace', ground.ground.namespace];
  await execa(kubectl, [...args, 'create', '-f', '-'], { input: stringify(object) });
}

const WHO = ['paal Apply'];

describe('a Deployment that was made', () => {
  test('by kubectl apply is taken over, and what the manifest lacks goes away', async () => {
    await ground.ground.apply(deployment('applied', '1', { KEEP: '1', GONE: '1' }));
    const applied = await ground.apply(deployment('applied', '2', { KEEP: '1' }));
    expect(containerOf(applied)).toEqual({ image: image('2'), env: ['KEEP'] });
    expect(managersOf(applied)).toEqual(WHO);
    expect(applied.metadata.annotations).not.toHaveProperty([
      'kubectl.kubernetes.io/last-applied-configuration',
    ]);
  });

  test('by kubectl create is taken over, and what the manifest lacks goes away', async () => {
    await create(deployment('created', '1', { KEEP: '1', GONE: '1' }));
    const applied = await ground.apply(deployment('created', '2', { KEEP: '1' }));
    expect(containerOf(applied)).toEqual({ image: image('2'), env: ['KEEP'] });
    expect(managersOf(applied)).toEqual(WHO);
  });

  test('by kubectl apply, then changed by set image and scale, is taken over', async () => {
    const { kubectl } = ground.ground;
    await ground.ground.apply(deployment('changed', '1', { GONE: '1' }));
    await kubectl('set', 'image', 'deployment/changed', `changed=${image('hand')}`);
    await kubectl('scale', 'deployment/changed', '--replicas=3');
    const applied = await ground.apply(deployment('changed', '2'));
    expect(containerOf(applied)).toEqual({ image: image('2'), env: [] });
    expect(replicasOf(applied)).toBe(2);
    expect(managersOf(applied)).toEqual(WHO);
  });

  test('by kubectl apply, then taken back by rollout undo, is taken over', async () => {
    const { kubectl } = ground.ground;
    await ground.ground.apply(deployment('undone', '1'));
    await kubectl('wait', '--for=create', 'replicaset', '-l', 'app=undone');
    await kubectl('set', 'image', 'deployment/undone', `undone=${image('bad')}`);
    await kubectl('wait', 'deployment/undone', '--for=jsonpath={.status.observedGeneration}=2');
    await kubectl('rollout', 'undo', 'deployment/undone');
    const applied = await ground.apply(deployment('undone', '2'));
    expect(containerOf(applied).image).toBe(image('2'));
    expect(managersOf(applied)).toEqual(WHO);
  });

  test('by kubectl apply is not rolled by an apply of the same manifest', async () => {
    await ground.ground.apply(deployment('same', '1'));
    expect(await templatesOf(ground, 'same')).toBe(1);
    const applied = await ground.apply(deployment('same', '1'));
    expect(await templatesOf(ground, 'same')).toBe(1);
    expect(managersOf(applied)).toEqual(WHO);
  });

  test('by kubectl apply passes a dry run, which tells what will be, and changes nothing', async () => {
    const volume = { volumes: [{ name: 'gone', emptyDir: {} }], hostname: 'gone' };
    const mount = { volumeMounts: [{ name: 'gone', mountPath: '/gone' }] };
    await ground.ground.apply(
      web({
        name: 'dry',
        image: image('1'),
        replicas: 2,
        env: { KEEP: '1', GONE: '1' },
        pod: volume,
        container: mount,
        spec: { minReadySeconds: 3 },
      }),
    );
    const before = await ground.live('deployment', 'dry');
    const manifest = deployment('dry', '2', { KEEP: '1' });
    const told = await ground.apply(manifest, { dryRun: true });
    const after = await ground.live('deployment', 'dry');
    expect(managersOf(after)).toEqual(managersOf(before));
    expect(containerOf(after).image).toBe(image('1'));

    const { spec, metadata } = await ground.apply(manifest);
    expect(containerOf(told)).toEqual({ image: image('2'), env: ['KEEP'] });
    expect(told.spec).toEqual(spec);
    expect(told.metadata.labels).toEqual(metadata.labels);
    expect(told.metadata.annotations).toEqual(metadata.annotations);
  });
});

describe('a change that somebody made by hand', () => {
  test('before the first contact is a conflict that names who and what', async () => {
    await ground.ground.apply(deployment('edited', '1'));
    const patch = JSON.stringify({ spec: { minReadySeconds: 7 } });
    await ground.ground.kubectl('patch', 'deployment/edited', '-p', patch);
    const manifest = web({
      name: 'edited',
      image: image('2'),
      replicas: 2,
      spec: { minReadySeconds: 1 },
    });
    const refused = 'spec.minReadySeconds (set by kubectl-patch)';
    await expect(ground.apply(manifest, { dryRun: true })).rejects.toThrow(refused);
    await expect(ground.apply(manifest)).rejects.toThrow(refused);
    const forced = await ground.apply(manifest, { force: true });
    expect(forced.spec).toMatchObject({ minReadySeconds: 1 });
  });

  test('after it is one too, also with a command that is taken over at first', async () => {
    await ground.apply(deployment('owned', '1'));
    await ground.ground.kubectl('set', 'image', 'deployment/owned', `owned=${image('hand')}`);
    await expect(ground.apply(deployment('owned', '2'))).rejects.toThrow(
      'spec.template.spec.containers[name="owned"].image (set by kubectl-set)',
    );
  });
});

describe('our own update of what we had applied', () => {
  const setImage = async (name: string, tag: string, env = 'EXTRA'): Promise<KubeObject> =>
    await patchObject(ground.connection, RESOURCES.deployments, ground.ground.namespace, name, [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: image(tag) },
      {
        op: 'add',
        path: '/spec/template/spec/containers/0/env/-',
        value: { name: env, value: '1' },
      },
    ]);

  test('is no conflict for the next apply, and goes away when the manifest lacks it', async () => {
    await ground.apply(deployment('patched', '1', { KEEP: '1' }));
    expect(managersOf(await setImage('patched', 'set'))).toEqual(['paal Apply', 'paal Update']);
    const dry = await ground.apply(deployment('patched', '2', { KEEP: '1' }), { dryRun: true });
    expect(containerOf(dry).image).toBe(image('2'));
    const applied = await ground.apply(deployment('patched', '2', { KEEP: '1' }));
    expect(containerOf(applied)).toEqual({ image: image('2'), env: ['KEEP'] });
    expect(managersOf(applied)).toEqual(WHO);
  });

  test('does not hide what somebody else changed after it', async () => {
    await ground.apply(deployment('raced', '1', { KEEP: '1' }));
    await setImage('raced', 'set');
    await ground.ground.kubectl('set', 'image', 'deployment/raced', `raced=${image('hand')}`);
    await expect(ground.apply(deployment('raced', '2', { KEEP: '1' }))).rejects.toThrow(
      'image (set by kubectl-set)',
    );
  });

  test('is joined although the object has changed again since it was read', async () => {
    await ground.apply(deployment('stale', '1', { KEEP: '1' }));
    await setImage('stale', 'first');
    const between = await ground.live('deployment', 'stale');
    await setImage('stale', 'second', 'MORE');
    const manifest = deployment('stale', '2', { KEEP: '1' });
    const applied = await ground.apply(manifest, { live: between });
    expect(containerOf(applied)).toEqual({ image: image('2'), env: ['KEEP'] });
    expect(managersOf(applied)).toEqual(WHO);
  });
});
