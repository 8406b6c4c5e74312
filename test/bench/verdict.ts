import type { Cluster } from '../cluster/cluster.ts';
import type { Playground } from '../e2e/fixture.ts';
import { web } from '../e2e/workloads.ts';
import { type Bench, type Benchmark, type Figure, medianAnswer, ofRounds } from './benchmark.ts';
import { complete, type EvidenceRule } from './evidence.ts';
import { type Ground, withGround } from './ground.ts';
import { versionsIn } from './images.ts';
import { kubectlStatus } from './kubectl-status.ts';
import { discard, expectStatus, timedRollout, verdictAt } from './timed-step.ts';
import { VERDICT_CASES } from './verdict-cases.ts';
import { witness } from './witness.ts';

const ROUNDS = 3;
const REPLICAS = 3;
const LATEST_VERDICT = 1;
/** Our watch and the action's are told one after the other; more than that before it is a guess. */
const EARLIEST_VERDICT = -0.5;

/** Times of one release, in seconds. */
interface Times {
  readonly evidenceToVerdict: number;
  readonly evidenceToEnd: number;
  readonly writeToVerdict: number;
  /** kubectl's verdict, which may never come. */
  readonly evidenceToKubectl: number | undefined;
}

interface Release {
  readonly manifest: object;
  readonly rule: EvidenceRule;
  readonly inputs: Readonly<Record<string, string>>;
  readonly status: string;
  readonly reason: string;
}

/** Puts a release out where version 1 serves, and times it beside `kubectl rollout status`. */
async function timesOf(ground: Ground, release: Release): Promise<Times> {
  const { manifest, rule, inputs, status, reason } = release;
  const eyes = await witness(ground.api, ground.namespace, 'web', rule);
  const kubectl = kubectlStatus(ground, eyes.written, 'web');
  try {
    const step = await timedRollout(ground, [manifest], { 'on-failure': 'none', ...inputs });
    expectStatus(step, status, reason);
    const verdict = verdictAt(step, 'web');
    const enoughAt = eyes.enoughAt ?? Number.POSITIVE_INFINITY;
    if ((verdict - enoughAt) / 1_000 < EARLIEST_VERDICT) {
      throw new Error(
        `"${status} ${reason}" was told before its evidence (${rule.words}):\n${step.result.log}`,
      );
    }
    const answeredAt = await kubectl.answeredAt(status === 'succeeded');
    await discard(step);
    return {
      evidenceToVerdict: (verdict - enoughAt) / 1_000,
      evidenceToEnd: (step.ended - enoughAt) / 1_000,
      writeToVerdict: (verdict - (await eyes.written)) / 1_000,
      evidenceToKubectl: answeredAt === undefined ? undefined : (answeredAt - enoughAt) / 1_000,
    };
  } finally {
    await kubectl.stop();
    eyes.stop();
  }
}

function figuresOf(name: string, times: readonly Times[], budget: number | undefined): Figure[] {
  const values = (key: 'evidenceToVerdict' | 'evidenceToEnd' | 'writeToVerdict') =>
    times.map((one) => one[key]);
  const kubectl = medianAnswer(times.map(({ evidenceToKubectl }) => evidenceToKubectl));
  const beside = [{ name: 'kubectl rollout status', value: kubectl }];
  return [
    ofRounds(`${name}: evidence → verdict`, 's', values('evidenceToVerdict'), {
      budget: LATEST_VERDICT,
      beside,
    }),
    ofRounds(`${name}: evidence → end of the step`, 's', values('evidenceToEnd')),
    ofRounds(`${name}: write → verdict`, 's', values('writeToVerdict'), budget ? { budget } : {}),
  ];
}

async function repeated(
  bench: Bench,
  cluster: Cluster,
  name: string,
  measure: (ground: Ground) => Promise<Times>,
): Promise<readonly Times[]> {
  const times: Times[] = [];
  const rounds = bench.rounds ?? ROUNDS;
  for (let round = 1; round <= rounds; round += 1) {
    bench.say(`verdict: ${name}, ${round} of ${rounds}`);
    times.push(await withGround(bench, cluster, 'verdict', measure));
  }
  return times;
}

/** How soon after the evidence the verdict is there, and how soon after the write. */
export const verdict: Benchmark = {
  name: 'verdict',
  description: `evidence → verdict, and write → verdict, of every failure and of a success (${REPLICAS} replicas, default policy, beside kubectl rollout status)`,
  run: async (bench) => {
    const cluster = await bench.cluster();
    const image = await versionsIn(cluster, bench.signal);
    const good = web({ image: image.v1, replicas: REPLICAS });
    const figures: Figure[] = [];
    const success = await repeated(bench, cluster, 'success', async (ground) => {
      await ground.serve(good);
      const manifest = web({ image: image.v2, replicas: REPLICAS });
      const rule = complete;
      return await timesOf(ground, { manifest, rule, inputs: {}, status: 'succeeded', reason: '' });
    });
    figures.push(...figuresOf('success', success, undefined));
    for (const { name, failure, rule, inputs, budget } of VERDICT_CASES) {
      const { status = 'failed', reason } = failure.expected;
      const times = await repeated(bench, cluster, name, async (ground) => {
        await ground.serve(good);
        // What has to be prepared is only applied.
        await failure.prepare?.(ground as Pick<Playground, 'apply'> as Playground);
        const manifest = web({ ...failure.bad(image), replicas: REPLICAS });
        return await timesOf(ground, { manifest, rule, inputs, status, reason });
      });
      figures.push(...figuresOf(name, times, budget));
    }
    return figures;
  },
};
