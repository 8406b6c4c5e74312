import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@paal/core/cluster/object';
import { withConfigHashes } from '@paal/core/workload/config-hash';
import { type ApplyGround, applyGround, templatesOf } from './apply-fixture.ts';
import { web } from './workloads.ts';

let ground: ApplyGround;

beforeAll(async () => {
  ground = await applyGround('apply-config');
});

/** No test here needs a running pod: a new template is what makes new ones. */
function objects(name: string, value: string): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { greeting: value } },
    web({
      name,
      image: 'registry.invalid/app:1',
      container: { envFrom: [{ configMapRef: { name } }] },
    }) as KubeObject,
  ];
}

async function liveOf(name: string): Promise<ReadonlyMap<string, KubeObject>> {
  const { items } = JSON.parse(
    await ground.ground.kubectl(
      'get',
      'deployment,configmap',
      '-o',
      'json',
      '--show-managed-fields',
    ),
  ) as { readonly items: readonly KubeObject[] };
  return new Map(
    items.filter(({ metadata }) => metadata.name === name).map((item) => [item.kind, item]),
  );
}

/** Applies the objects as a rollout does; gives how many templates pods have been made from. */
async function roll(name: string, value: string, only?: string): Promise<number> {
  const before = await liveOf(name);
  const hashed = withConfigHashes(objects(name, value), ({ kind }) => before.get(kind), true);
  for (const object of hashed) {
    if (only === undefined || object.kind === only) await ground.apply(object);
  }
  return await templatesOf(ground, name);
}

describe('a ConfigMap of the manifests', () => {
  test('rolls the pods that use it when it changes, and not otherwise', async () => {
    expect(await roll('made', 'hello')).toBe(1);
    expect(await roll('made', 'hello')).toBe(1);
    expect(await roll('made', 'goodbye')).toBe(2);
    expect(await roll('made', 'goodbye')).toBe(2);
  });

  test('rolls no pods that kubectl apply had made, until it changes', async () => {
    await ground.ground.apply(...objects('taken', 'hello'));
    expect(await roll('taken', 'hello')).toBe(1);
    expect(await roll('taken', 'hello')).toBe(1);
    expect(await roll('taken', 'goodbye')).toBe(2);
    expect(await roll('taken', 'goodbye')).toBe(2);
  });

  test('rolls the pods also when a run ended right after it had written it', async () => {
    await ground.ground.apply(...objects('ended', 'hello'));
    expect(await roll('ended', 'goodbye', 'ConfigMap')).toBe(1);
    expect(await roll('ended', 'goodbye')).toBe(2);
  });
});
