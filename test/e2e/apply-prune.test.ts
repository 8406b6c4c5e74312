import { beforeAll, describe, expect, test } from '@jest/globals';
import { discover } from '@paal/core/cluster/discovery';
import type { KubeObject } from '@paal/core/cluster/object';
import { refOf } from '@paal/core/release/inventory';
import { planPrune } from '@paal/core/rollout/prune';
import { deleteLeftovers, readLeftovers } from '@paal/core/rollout/prune-objects';
import { type ApplyGround, applyGround } from './apply-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

let ground: ApplyGround;

beforeAll(async () => {
  ground = await applyGround('apply-prune');
});

const configMap = (name: string, annotations: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, annotations: { ...annotations } },
  data: { a: '1' },
});

async function leftovers(objects: readonly KubeObject[]) {
  const { connection } = ground;
  const refs = objects.map((object) => refOf(object, ground.ground.namespace));
  return await readLeftovers(connection, discover(connection), refs);
}

/** Prunes `objects`; gives what became of each, by name. */
async function prune(objects: readonly KubeObject[]) {
  const { connection } = ground;
  const { deleted, kept } = planPrune(await leftovers(objects), [], []);
  const pruned = await deleteLeftovers(connection, discover(connection), deleted);
  return {
    ...Object.fromEntries(pruned.map(({ ref, outcome }) => [ref.name, outcome])),
    ...Object.fromEntries(kept.map(({ ref, because }) => [ref.name, because])),
  };
}

const isThere = async (kind: string, name: string): Promise<boolean> =>
  (await ground.ground.kubectl('get', kind, name, '--ignore-not-found', '-o', 'name')) !== '';

describe('what a release applies no longer', () => {
  test('is deleted, with its pods, unless it is to stay', async () => {
    const worker = web({ name: 'worker', image: 'registry.invalid/app:1' }) as KubeObject;
    const stays = configMap('stays', { 'paal.dev/prune': 'false' });
    for (const object of [worker, configMap('goes'), stays]) await ground.apply(object);
    await ground.ground.kubectl('wait', '--for=create', 'pod', '-l', 'app=worker');
    expect(await prune([worker, configMap('goes'), stays, configMap('never-was')])).toEqual({
      worker: 'deleted',
      goes: 'deleted',
      stays: 'of its annotation paal.dev/prune: false',
    });
    expect(await isThere('configmap', 'goes')).toBe(false);
    expect(await isThere('configmap', 'stays')).toBe(true);
    await until(
      'the pods to be gone',
      async () =>
        (await ground.ground.kubectl('get', 'pods', '-l', 'app=worker', '-o', 'name')) === '',
    );
  });

  test('stays when paal manages no field of it any more, with the same name', async () => {
    await ground.apply(configMap('renewed'));
    await ground.ground.kubectl('delete', 'configmap', 'renewed');
    await ground.ground.kubectl('create', 'configmap', 'renewed');
    expect(await prune([configMap('renewed')])).toEqual({
      renewed: 'paal manages no field of it any more',
    });
  });

  test('stays when that happens between the decision and the deletion', async () => {
    await ground.apply(configMap('swapped'));
    const found = await leftovers([configMap('swapped')]);
    await ground.ground.kubectl('delete', 'configmap', 'swapped');
    await ground.ground.kubectl('create', 'configmap', 'swapped');
    const { connection } = ground;
    const pruned = await deleteLeftovers(connection, discover(connection), found);
    expect(pruned.map(({ outcome }) => outcome)).toEqual(['replaced']);
    expect(await isThere('configmap', 'swapped')).toBe(true);
  });

  test('is no failure when it is gone already, or its kind is', async () => {
    await ground.apply(configMap('quick'));
    const found = await leftovers([configMap('quick')]);
    await ground.ground.kubectl('delete', 'configmap', 'quick');
    const { connection } = ground;
    const pruned = await deleteLeftovers(connection, discover(connection), found);
    expect(pruned.map(({ outcome }) => outcome)).toEqual(['gone']);
    const unknown = { apiVersion: 'example.com/v1', kind: 'Shop', metadata: { name: 'x' } };
    expect(await leftovers([unknown])).toEqual([]);
  });

  test('stays when it is in no namespace', async () => {
    const role: KubeObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: ground.ground.namespace },
      rules: [],
    };
    await ground.apply(role);
    try {
      expect(await prune([role])).toEqual({
        [ground.ground.namespace]: 'it is in no namespace, and others may use it',
      });
    } finally {
      await ground.ground.kubectl('delete', 'clusterrole', ground.ground.namespace);
    }
  });
});
