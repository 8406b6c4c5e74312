import { web } from '../e2e/workloads.ts';
import { startFaultProxy } from '../faults/fault-proxy.ts';
import type { Benchmark } from './benchmark.ts';
import { kubectl } from './contenders.ts';
import { type Ground, withGround } from './ground.ts';
import { versionsIn } from './images.ts';
import {
  type Counts,
  countRequests,
  growthWithTime,
  growthWithWorkloads,
  total,
} from './request-counts.ts';
import { manifestsOf } from './shop.ts';
import { discard, expectStatus, timedRollout } from './timed-step.ts';

const MANY = 20;
const LONG = 30;

interface Counted {
  readonly counts: Counts;
  /** How long it took. */
  readonly seconds: number;
}

/** The requests that `work` makes on the way that it is given, through a proxy that records them. */
async function counted(
  ground: Ground,
  work: (through: Ground) => Promise<unknown>,
): Promise<Counted> {
  const proxy = await startFaultProxy(ground.cluster);
  try {
    const begin = performance.now();
    await work({ ...ground, cluster: { ...ground.cluster, kubeconfig: proxy.kubeconfig } });
    const seconds = (performance.now() - begin) / 1_000;
    return { counts: countRequests(proxy.requests), seconds };
  } finally {
    await proxy.stop();
  }
}

async function rollOut(ground: Ground, objects: readonly object[]): Promise<void> {
  const step = await timedRollout(ground, objects);
  expectStatus(step, 'succeeded');
  await discard(step);
}

/** How often the API server is asked, and what that grows with. */
export const requests: Benchmark = {
  name: 'requests',
  description: `requests by verb and resource: 1 and ${MANY} workloads, and a rollout that takes ${LONG} s`,
  run: async (bench) => {
    const cluster = await bench.cluster();
    const { v1 } = await versionsIn(cluster, bench.signal);
    const ofPaal = async (count: number) =>
      await withGround(bench, cluster, 'requests', async (ground) => {
        bench.say(`requests: paal/k8s-rollout, workloads: ${count}`);
        const shop = { image: v1, count };
        await rollOut(ground, manifestsOf(shop, 'first'));
        return await counted(ground, (through) => rollOut(through, manifestsOf(shop, 'second')));
      });
    const ofKubectl = async (count: number) =>
      await withGround(bench, cluster, 'requests', async (ground) => {
        bench.say(`requests: kubectl, workloads: ${count}`);
        const shop = { image: v1, count };
        await kubectl(ground, shop).deploy(1);
        return await counted(ground, (through) => kubectl(through, shop).deploy(2));
      });
    const ofLong = await withGround(bench, cluster, 'requests', async (ground) => {
      bench.say(`requests: a rollout of ${LONG} s`);
      await rollOut(ground, [web({ image: v1 })]);
      const slow = [web({ image: v1, env: { READY_AFTER: `${LONG}s` } })];
      return await counted(ground, (through) => rollOut(through, slow));
    });
    const [one, many] = [await ofPaal(1), await ofPaal(MANY)];
    const kubectls = { one: await ofKubectl(1), many: await ofKubectl(MANY) };
    return [
      ...growthWithWorkloads(one.counts, many.counts, MANY, many.seconds),
      ...growthWithTime(one.counts, ofLong.counts, LONG),
      {
        what: '1 workload: all requests',
        value: total(one.counts),
        unit: 'requests',
        beside: [{ name: 'kubectl', value: total(kubectls.one.counts) }],
      },
      {
        what: `${MANY} workloads: all requests`,
        value: total(many.counts),
        unit: 'requests',
        beside: [{ name: 'kubectl', value: total(kubectls.many.counts) }],
      },
    ];
  },
};
