import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Figure } from './benchmark.ts';
import { kubectl } from './contenders.ts';
import { type CrowdTimes, watchCrowd } from './crowd.ts';
import { type Ground, withGround } from './ground.ts';
import { manifestsOf } from './shop.ts';
import { discard, expectStatus, timedRollout } from './timed-step.ts';

/** Nothing runs on kwok's node, so that the image need not exist. */
const SHOP = { image: 'registry.example/app:1', count: 1_000, replicas: 5 };
const MOST_OVER_CONTROLLERS = 1.1;
const MOST_MEMORY = 300;
const LATEST_VERDICT = 1;
const PROBE = fileURLToPath(new URL('./peak-memory.mjs', import.meta.url));

/** When our step was where, and the controllers beside it; and its memory at most, in MB. */
interface Ours {
  readonly begun: number;
  readonly verdict: number;
  readonly ended: number;
  readonly controllers: CrowdTimes;
  readonly megabytes: number;
}

async function measureOurs(ground: Ground): Promise<Ours> {
  const crowd = await watchCrowd(ground, SHOP.count);
  try {
    const peakFile = join(ground.folder, 'peak');
    const step = await timedRollout(
      ground,
      manifestsOf(SHOP, '1'),
      { timeout: '20m' },
      { nodeOptions: ['--import', PROBE], env: { PAAL_BENCH_PEAK_FILE: peakFile } },
    );
    expectStatus(step, 'succeeded');
    const last = step.lines.findLast(({ text }) => text.includes('  deployment/'));
    await discard(step);
    return {
      begun: step.begun,
      verdict: last?.at ?? Number.NaN,
      ended: step.ended,
      controllers: crowd.times(),
      megabytes: (Number(await readFile(peakFile, 'utf8')) * 1_024) / 1_000_000,
    };
  } finally {
    crowd.stop();
  }
}

/** Seconds of the whole, and of the controllers from the first write on. */
async function measureKubectl(ground: Ground): Promise<{ whole: number; controllers: number }> {
  const crowd = await watchCrowd(ground, SHOP.count);
  try {
    const whole = await kubectl(ground, SHOP).deploy(1);
    const { firstWritten, lastComplete } = crowd.times();
    return { whole, controllers: (lastComplete - firstWritten) / 1_000 };
  } finally {
    crowd.stop();
  }
}

/** A release of a thousand Deployments, on pods that kwok simulates: a double, because no node runs so many. */
export const thousand: Benchmark = {
  name: 'thousand',
  description: `one release of ${SHOP.count} Deployments with ${SHOP.count * SHOP.replicas} pods (simulated by kwok), beside the controllers' own time and kubectl`,
  run: async (bench) => {
    const cluster = await bench.cluster('kwok');
    // What the first has made stays until the second is measured: taking it away is work as well.
    const { ours, peer } = await withGround(bench, cluster, 'thousand', (first) =>
      withGround(bench, cluster, 'thousand', async (second) => {
        bench.say(`thousand: paal/k8s-rollout of ${SHOP.count} Deployments`);
        const ours = await measureOurs(first);
        bench.say(`thousand: kubectl apply && rollout status of ${SHOP.count} Deployments`);
        return { ours, peer: await measureKubectl(second) };
      }),
    );
    const { begun, verdict, ended, controllers, megabytes } = ours;
    const { firstWritten, lastWritten, lastComplete } = controllers;
    const seconds = (
      what: string,
      from: number,
      to: number,
      more: Partial<Figure> = {},
    ): Figure => ({
      what,
      value: (to - from) / 1_000,
      unit: 's',
      ...more,
    });
    return [
      seconds('planning: start → first write', begun, firstWritten),
      seconds('applying: first write → last write', firstWritten, lastWritten),
      seconds('watching: last write → verdict', lastWritten, verdict),
      seconds('verdict after the last Deployment was complete', lastComplete, verdict, {
        budget: LATEST_VERDICT,
      }),
      seconds('controllers: first write → last complete', firstWritten, lastComplete, {
        beside: [{ name: 'with kubectl', value: peer.controllers }],
      }),
      seconds('whole step', begun, ended, { beside: [{ name: 'kubectl', value: peer.whole }] }),
      {
        what: "whole step over the controllers' own time",
        value: (ended - begun) / (lastComplete - firstWritten),
        unit: '×',
        budget: MOST_OVER_CONTROLLERS,
        beside: [{ name: 'kubectl', value: peer.whole / peer.controllers }],
      },
      { what: 'memory at most', value: megabytes, unit: 'MB', budget: MOST_MEMORY },
    ];
  },
};
