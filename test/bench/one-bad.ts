import { web } from '../e2e/workloads.ts';
import { type Benchmark, type Figure, ofRounds } from './benchmark.ts';
import { imageMissing } from './evidence.ts';
import { type Ground, withGround } from './ground.ts';
import { versionsIn } from './images.ts';
import { manifestsOf, namesOf } from './shop.ts';
import { discard, expectStatus, timedRollout, verdictAt } from './timed-step.ts';
import { witness } from './witness.ts';

const COUNT = 20;
const ROUNDS = 3;
const LATEST_VERDICT = 1;
const PLACES = { first: 0, middle: COUNT / 2 - 1, last: COUNT - 1 } as const;

/** Seconds from the evidence to the verdict, where one of the Deployments gets an image that is missing. */
async function measure(
  ground: Ground,
  image: { readonly v1: string; readonly missing: string },
  place: number,
  release: string,
): Promise<number> {
  const shop = { image: image.v1, count: COUNT };
  const name = namesOf(shop)[place] ?? '';
  const bad = web({ name, image: image.missing });
  const objects = [...manifestsOf(shop, release)].with(place, bad);
  const eyes = await witness(ground.api, ground.namespace, name, imageMissing);
  try {
    const step = await timedRollout(ground, objects, { 'on-failure': 'none' });
    expectStatus(step, 'failed', 'ImageNotFound');
    const workload = step.result.outputs['failed-workload'];
    const { enoughAt } = eyes;
    if (workload !== `deployment/${name}` || enoughAt === undefined) {
      throw new Error(`${workload} was blamed, and deployment/${name} is bad:\n${step.result.log}`);
    }
    await discard(step);
    return (verdictAt(step, name) - enoughAt) / 1_000;
  } finally {
    eyes.stop();
  }
}

/** How soon one bad workload among many is told, wherever it stands. */
export const oneBadAmong20: Benchmark = {
  name: 'one-bad-among-20',
  description: `evidence → verdict where one of ${COUNT} workloads gets an image that is missing`,
  run: async (bench) => {
    const cluster = await bench.cluster();
    const image = await versionsIn(cluster, bench.signal);
    const rounds = bench.rounds ?? ROUNDS;
    const good = manifestsOf({ image: image.v1, count: COUNT }, 'good');
    const figures: Figure[] = [];
    for (const [where, place] of Object.entries(PLACES)) {
      const times: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        bench.say(`one-bad-among-20: the ${where} one, ${round} of ${rounds}`);
        // What a rollout has applied is no longer for kubectl apply to put back.
        const time = await withGround(bench, cluster, 'one-bad', async (ground) => {
          await ground.serve(...good);
          await ground.quiet(COUNT);
          return await measure(ground, image, place, `${where}-${round}`);
        });
        times.push(time);
      }
      const budget = LATEST_VERDICT;
      figures.push(ofRounds(`${where} of ${COUNT}: evidence → verdict`, 's', times, { budget }));
    }
    return figures;
  },
};
