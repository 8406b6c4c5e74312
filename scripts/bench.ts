import { writeFile } from 'node:fs/promises';
import { errorMessage, UserError } from '@paal/core/errors';
import { Command, InvalidArgumentError } from 'commander';
import {
  type Bench,
  type Benchmark,
  type Figure,
  figureLine,
  withinBudget,
} from '../test/bench/benchmark.ts';
import { cancel } from '../test/bench/cancel.ts';
import { coldStart } from '../test/bench/cold-start.ts';
import { migrate } from '../test/bench/migrate.ts';
import { oneBadAmong20 } from '../test/bench/one-bad.ts';
import { overhead } from '../test/bench/overhead.ts';
import { requests } from '../test/bench/requests.ts';
import { thousand } from '../test/bench/thousand.ts';
import { verdict } from '../test/bench/verdict.ts';
import { type Cluster, findCluster, startCluster, stopCluster } from '../test/cluster/cluster.ts';
import { printProgress } from '../test/cluster/progress.ts';
import { interruption } from './interruption.ts';

const BENCHMARKS: readonly Benchmark[] = [
  coldStart,
  verdict,
  overhead,
  oneBadAmong20,
  requests,
  thousand,
  cancel,
  migrate,
];

/** The cluster of the end-to-end tests, where one is up; and one whose pods are simulated. */
const CLUSTERS = { any: 'test', kwok: 'bench-kwok' } as const;

interface Options {
  readonly json?: string;
  readonly rounds?: number;
  readonly documents?: number;
}

/** Clusters that are started when they are first asked for; those that were up before stay up. */
function clusters(signal: AbortSignal) {
  const started: string[] = [];
  const start = async (name: string, provider?: 'kwok'): Promise<Cluster> => {
    const present = await findCluster(name);
    if (present) return present;
    started.push(name);
    return await startCluster({ name, signal, ...(provider ? { provider } : {}) }, printProgress());
  };
  return {
    cluster: async (provider?: 'kwok'): Promise<Cluster> => {
      if (provider) return await start(CLUSTERS.kwok, provider);
      const cluster = await start(CLUSTERS.any);
      if (cluster.realNodes) return cluster;
      throw new UserError(
        'This benchmark needs containers that really run, which needs root on Linux, or kind.',
      );
    },
    stopStarted: async (): Promise<void> => {
      for (const name of started) await stopCluster(name);
    },
  };
}

function count(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number from 1 to 99.');
}

function documentCount(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number from 1 to 99999999.');
}

/** Runs benchmarks one after the other; one that breaks does not keep the others from running. */
async function runAll(
  benchmarks: readonly Benchmark[],
  { json, rounds, documents }: Options,
): Promise<boolean> {
  const signal = interruption();
  const { cluster, stopStarted } = clusters(signal);
  const bench: Bench = { say: printProgress(), signal, rounds, documents, cluster };
  const results: Record<string, readonly Figure[]> = {};
  let broken = 0;
  try {
    for (const benchmark of benchmarks) {
      if (signal.aborted) break;
      console.log(`${benchmark.name}: ${benchmark.description}`);
      try {
        const figures = await benchmark.run(bench);
        for (const figure of figures) console.log(figureLine(figure));
        results[benchmark.name] = figures;
      } catch (error) {
        broken += 1;
        if (!signal.aborted)
          console.error(error instanceof UserError ? errorMessage(error) : error);
      }
    }
  } finally {
    await stopStarted();
  }
  if (json) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
  const over = Object.values(results)
    .flat()
    .filter((figure) => !withinBudget(figure)).length;
  if (over > 0) console.log(`${over} of the figures are over budget (marked !).`);
  if (broken > 0) console.log(`${broken} of the benchmarks could not be measured.`);
  return over === 0 && broken === 0 && !signal.aborted;
}

await new Command('npm run bench --')
  .description(
    `Measures, beside the peers of the same run (docs/benchmarks.md).\n\n${BENCHMARKS.map(({ name, description }) => `  ${name.padEnd(17)} ${description}`).join('\n')}`,
  )
  .argument('[NAME...]', 'benchmarks to run; default: all')
  .option('--rounds <number>', 'how often to measure what is measured several times', count)
  .option('--documents <number>', 'how many documents migrate walks', documentCount)
  .option('--json <file>', 'writes the figures as JSON')
  .action(async (names: readonly string[], options: Options) => {
    const unknown = names.find((name) => !BENCHMARKS.some((one) => one.name === name));
    if (unknown) {
      console.error(
        `There is no benchmark "${unknown}": ${BENCHMARKS.map(({ name }) => name).join(', ')}.`,
      );
      process.exitCode = 1;
      return;
    }
    const chosen = BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name));
    if (!(await runAll(chosen, options))) process.exitCode = 1;
  })
  .parseAsync();
