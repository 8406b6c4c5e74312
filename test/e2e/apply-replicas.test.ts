import { beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '@paal/core/clock';
import { patchObject } from '@paal/core/cluster/apply';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { watchCollection } from '@paal/core/cluster/watch';
import { leaveReplicas, listAutoscalers, withoutReplicas } from '@paal/core/workload/autoscaler';
import { type ApplyGround, applyGround, replicasOf } from './apply-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

let ground: ApplyGround;

beforeAll(async () => {
  ground = await applyGround('apply-replicas');
});

/** No test here needs a running pod. */
const deployment = (name: string, tag: string): KubeObject =>
  web({ name, image: `registry.invalid/app:${tag}`, replicas: 2 }) as KubeObject;

/** Raises to its minimum without any metrics, which is all that is wanted of it. */
const autoscaler = (name: string): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 5,
    maxReplicas: 6,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  },
});

/** Every number of replicas that a Deployment has while `work` is done, and after it. */
async function replicasDuring(name: string, work: () => Promise<KubeObject>): Promise<number[]> {
  const stop = new AbortController();
  const seen: number[] = [];
  let version = '';
  const done = watchCollection<KubeObject>(
    ground.connection,
    { resource: RESOURCES.deployments, namespace: ground.ground.namespace },
    {
      onChange: (objects) => {
        const found = [...objects.values()].find(({ metadata }) => metadata.name === name);
        if (!found) return;
        version = String(found.metadata.generation);
        if (seen.at(-1) !== replicasOf(found)) seen.push(replicasOf(found));
      },
      onInterruption: () => undefined,
      onDegraded: () => undefined,
    },
    systemClock,
    stop.signal,
  );
  await until('the first state', async () => seen.length > 0);
  const { metadata } = await work();
  await until('the change', async () => version === String(metadata.generation));
  stop.abort();
  await done.catch(() => undefined);
  return seen;
}

async function scaledToFive(name: string): Promise<void> {
  await ground.ground.apply(autoscaler(name));
  await until(
    'the autoscaler',
    async () => replicasOf(await ground.live('deployment', name)) === 5,
    120,
  );
}

describe('the replicas of an autoscaled Deployment', () => {
  test('stay, while its manifest still sets them', async () => {
    await ground.apply(deployment('scaled', '1'));
    await scaledToFive('scaled');
    const { found, unknown } = await listAutoscalers(ground.connection, ground.ground.namespace);
    expect(unknown).toEqual([]);
    const live = await ground.live('deployment', 'scaled');
    const { workload, autoscaler: by } = leaveReplicas(deployment('scaled', '2'), live, found);
    expect(by?.metadata.name).toBe('scaled');
    const during = await replicasDuring('scaled', () => ground.apply(workload));
    expect(during).toEqual([5]);
  });

  test('stay when they come from kubectl apply', async () => {
    await ground.ground.apply(deployment('from-kubectl', '1'));
    await scaledToFive('from-kubectl');
    const manifest = withoutReplicas(deployment('from-kubectl', '2'));
    expect(await replicasDuring('from-kubectl', () => ground.apply(manifest))).toEqual([5]);
  });
});

describe('replicas that the manifest sets no longer', () => {
  test('stay although nobody else has ever set them (trap 9)', async () => {
    await ground.apply(deployment('dropped', '1'));
    const manifest = withoutReplicas(deployment('dropped', '2'));
    expect(replicasOf(await ground.apply(manifest, { dryRun: true }))).toBe(2);
    expect(await replicasDuring('dropped', () => ground.apply(manifest))).toEqual([2]);
    expect(await replicasDuring('dropped', () => ground.apply(deployment('dropped', '3')))).toEqual(
      [2],
    );
  });

  test('stay although kubectl apply had set them', async () => {
    await ground.ground.apply(deployment('first', '1'));
    const manifest = withoutReplicas(deployment('first', '2'));
    expect(await replicasDuring('first', () => ground.apply(manifest))).toEqual([2]);
  });

  test('stay although a patch of ours had set them', async () => {
    await ground.apply(deployment('patched', '1'));
    await patchObject(
      ground.connection,
      RESOURCES.deployments,
      ground.ground.namespace,
      'patched',
      [{ op: 'replace', path: '/spec/replicas', value: 4 }],
    );
    const manifest = withoutReplicas(deployment('patched', '2'));
    expect(await replicasDuring('patched', () => ground.apply(manifest))).toEqual([4]);
  });
});

test('replicas that somebody scaled by hand are a conflict when the manifest sets others', async () => {
  await ground.apply(deployment('by-hand', '1'));
  await ground.ground.kubectl('scale', 'deployment/by-hand', '--replicas=3');
  await expect(ground.apply(deployment('by-hand', '2'))).rejects.toThrow(
    'spec.replicas (set by kubectl)',
  );
});
