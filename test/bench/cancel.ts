import { access } from 'node:fs/promises';
import { web } from '../e2e/workloads.ts';
import { type Bench, type Benchmark, type Figure, ofRounds } from './benchmark.ts';
import { type Ground, withGround } from './ground.ts';
import { versionsIn } from './images.ts';
import { manifestsOf } from './shop.ts';
import { discard, type TimedStep, timedRollout } from './timed-step.ts';

const ROUNDS = 3;
/** The runner sends SIGINT, and SIGTERM 7.5 s later (actions/runner, ProcessInvoker). */
const LATEST_END = 7;
/** So many workloads take a while to be written. */
const MANY = 20;

interface Phase {
  readonly name: string;
  /** The line of the log at which the run is cancelled. */
  readonly begins: RegExp;
  readonly objects: (image: { readonly v1: string; readonly missing: string }) => readonly object[];
  readonly inputs: Readonly<Record<string, string>>;
  /** What the step says of itself, and the ledger of the release. */
  readonly status: string;
  readonly ledger: string | undefined;
}

const NEVER_READY = { NEVER_READY: '1' };

const PHASES: readonly Phase[] = [
  {
    name: 'while planning',
    begins: /^::group::Plan for namespace/,
    objects: ({ v1 }) => manifestsOf({ image: v1, count: MANY }, 'next'),
    inputs: {},
    status: 'cancelled',
    ledger: undefined,
  },
  {
    name: 'while writing',
    begins: /^::group::Roll out release/,
    objects: ({ v1 }) => manifestsOf({ image: v1, count: MANY }, 'next'),
    inputs: {},
    status: 'cancelled',
    ledger: 'interrupted',
  },
  {
    name: 'while watching',
    begins: /deployment\/web: 1 of 1 updated/,
    objects: ({ v1 }) => [web({ image: v1, env: NEVER_READY })],
    inputs: {},
    status: 'cancelled',
    ledger: 'interrupted',
  },
  {
    name: 'while rolling back',
    begins: /^::group::Roll back to release/,
    objects: ({ missing }) => [web({ image: missing })],
    inputs: { bake: '1m' },
    status: 'failed',
    ledger: 'failed',
  },
];

interface ReleaseConfigMap {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}

/** What the ledger calls the newest release, of those that the namespace has had since `before`. */
async function newestRelease(ground: Ground, before: number): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${ground.namespace}/configmaps?labelSelector=paal.dev/app`;
  const list = await ground.api.client.get<{ readonly items: readonly ReleaseConfigMap[] }>(path);
  const labels = (list?.items ?? []).map(({ metadata }) => metadata.labels);
  const newest = labels
    .filter((one) => Number(one['paal.dev/release']) > before)
    .sort((a, b) => Number(a['paal.dev/release']) - Number(b['paal.dev/release']))
    .at(-1);
  return newest?.['paal.dev/status'];
}

/** @throws Error unless everything was written that has to be before the end */
async function expectSafe(ground: Ground, phase: Phase, step: TimedStep): Promise<void> {
  const { outputs, summary, log } = step.result;
  const ledger = await newestRelease(ground, 1);
  const isWritten =
    phase.ledger === undefined ||
    (summary !== '' && (await access(outputs.report ?? '').then(() => true)));
  if (outputs.status === phase.status && ledger === phase.ledger && isWritten) return;
  throw new Error(
    `Cancelled ${phase.name}, the step says "${outputs.status}" and the ledger "${ledger}"; it should ` +
      `be "${phase.status}" and "${phase.ledger}", with summary and report:\n${log}`,
  );
}

/** Seconds from the signal to the end of the process. */
async function cancelIn(bench: Bench, phase: Phase): Promise<number> {
  const cluster = await bench.cluster();
  const image = await versionsIn(cluster, bench.signal);
  return await withGround(bench, cluster, 'cancel', async (ground) => {
    const objects = phase.objects(image);
    const many = { image: image.v1, count: MANY };
    const good = objects.length === 1 ? [web({ image: image.v1 })] : manifestsOf(many, 'good');
    await discard(await timedRollout(ground, good));
    let cancelledAt: number | undefined;
    const step = await timedRollout(ground, objects, phase.inputs, {
      onLine: ({ text }, kill) => {
        if (cancelledAt !== undefined || !phase.begins.test(text)) return;
        cancelledAt = performance.now();
        kill('SIGINT');
      },
    });
    if (cancelledAt === undefined) {
      throw new Error(`${phase.name} never came:\n${step.result.log}`);
    }
    await expectSafe(ground, phase, step);
    await discard(step);
    return (step.ended - cancelledAt) / 1_000;
  });
}

/** How soon a run that is cancelled is over, with its outputs, summary, report and ledger written. */
export const cancel: Benchmark = {
  name: 'cancel',
  description: 'SIGINT → end of the process, outputs, report and ledger written, in each phase',
  run: async (bench) => {
    const figures: Figure[] = [];
    const rounds = bench.rounds ?? ROUNDS;
    for (const phase of PHASES) {
      const times: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        bench.say(`cancel: ${phase.name}, ${round} of ${rounds}`);
        times.push(await cancelIn(bench, phase));
      }
      figures.push(ofRounds(`cancelled ${phase.name}`, 's', times, { budget: LATEST_END }));
    }
    return figures;
  },
};
