import { ensurePrograms } from '../cluster/programs/programs.ts';
import { type Bench, type Benchmark, type Figure, median, ofRounds } from './benchmark.ts';
import { type Contender, helm, kubectl, paal } from './contenders.ts';
import { type Ground, withGround } from './ground.ts';
import { versionsIn } from './images.ts';

const ROUNDS = 5;
const COUNTS = [1, 20] as const;
const MOST_OVER_KUBECTL = 0.3;

/** `list` from its element number `start` on, then those before it. */
function rotated<T>(list: readonly T[], start: number): readonly T[] {
  const first = start % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** Rounds of releases; in each of them another contender is the first. */
async function race(
  bench: Bench,
  contenders: readonly (Contender & { readonly ground: Ground })[],
  count: number,
): Promise<readonly Figure[]> {
  const taken = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const { ground, deploy } of contenders) {
    await deploy(0);
    await ground.quiet(count);
  }
  const rounds = bench.rounds ?? ROUNDS;
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, ground, deploy } of rotated(contenders, round)) {
      const seconds = await deploy(round);
      bench.say(`overhead: ${count}, round ${round} of ${rounds}: ${name} ${seconds.toFixed(2)} s`);
      taken.get(name)?.push(seconds);
      // What the last one has left to end is not to slow the next one down.
      await ground.quiet(count);
    }
  }
  const times = (name: string): readonly number[] => taken.get(name) ?? [];
  const of = count === 1 ? '1 workload' : `${count} workloads`;
  return [
    ...contenders.map(({ name }) => ofRounds(`${of}: ${name}`, 's', times(name))),
    {
      what: `${of}: paal over kubectl`,
      value: median(times('paal')) - median(times('kubectl')),
      unit: 's',
      budget: MOST_OVER_KUBECTL,
      beside: [{ name: 'helm', value: median(times('helm')) - median(times('kubectl')) }],
    },
  ];
}

/** What a good rollout takes, beside what kubectl and helm take for the same. */
export const overhead: Benchmark = {
  name: 'overhead',
  description: `good rollouts of ${COUNTS.join(' and of ')} workloads with bake 0, beside kubectl apply && rollout status, and helm upgrade --wait`,
  run: async (bench) => {
    const programs = await ensurePrograms(['helm'], bench.say, bench.signal);
    const cluster = await bench.cluster();
    const { v1 } = await versionsIn(cluster, bench.signal);
    const figures: Figure[] = [];
    for (const count of COUNTS) {
      const shop = { image: v1, count };
      const raced = await withGround(bench, cluster, 'paal', (ours) =>
        withGround(bench, cluster, 'kubectl', (theirs) =>
          withGround(bench, cluster, 'helm', async (helms) =>
            race(
              bench,
              [
                { ...paal(ours, shop), ground: ours },
                { ...kubectl(theirs, shop), ground: theirs },
                { ...(await helm(helms, shop, programs.helm)), ground: helms },
              ],
              count,
            ),
          ),
        ),
      );
      figures.push(...raced);
    }
    return figures;
  },
};
