import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { errorMessage, UserError } from '@paal/core/errors';
import { Command } from 'commander';
import { execa } from 'execa';
import { type Cluster, startCluster, stopCluster } from '../test/cluster/cluster.ts';
import type { ProgramName } from '../test/cluster/programs/catalogue.ts';
import { ensurePrograms } from '../test/cluster/programs/programs.ts';
import { printProgress } from '../test/cluster/progress.ts';
import { interruption } from './interruption.ts';
import { repositoryRoot } from './repository.ts';
import {
  closingLines,
  type JestReport,
  NOTHING,
  sum,
  type Totals,
  totalsOf,
  verdict,
} from './test-totals.ts';

/** One run of jest over some files. */
export interface Suite {
  readonly name: string;
  /** Paths below the repository's root. */
  readonly files: readonly string[];
  readonly cluster: boolean;
  /** What its tests start beside the cluster. */
  readonly programs: readonly ProgramName[];
}

const CLUSTER = 'test';
/** What says whether the monitoring of the example is valid. */
const VALIDATORS = ['promtool', 'amtool', 'prometheus-without-discovery'] as const;
const SERVICES = ['ferretdb', 'prometheus-without-discovery', 'podprobe'] as const;

async function testFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(join(repositoryRoot, directory), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(repositoryRoot, join(entry.parentPath, entry.name)))
    .filter((path) => !/\/(node_modules|lib)\//.test(path))
    .sort();
}

async function unitFiles(): Promise<readonly string[]> {
  const all = await Promise.all(['packages', 'actions', 'scripts', 'test'].map(testFiles));
  return all.flat().filter((path) => !/^test\/(contract|e2e)\//.test(path));
}

/** End-to-end tests that every change runs carry `.core` in their name. */
function isCore(path: string): boolean {
  return path.endsWith('.core.test.ts');
}

/** Runs one suite, and gives what became of its tests. */
async function runSuite(
  suite: Suite,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Totals> {
  if (suite.files.length === 0) return NOTHING;
  const folder = await mkdtemp(join(tmpdir(), 'paal-test-'));
  const output = join(folder, 'report.json');
  console.log(`\n=== ${suite.name} tests (${suite.files.length} files)`);
  try {
    await execa(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(repositoryRoot, 'node_modules/jest/bin/jest.js'),
        '--json',
        `--outputFile=${output}`,
        '--testTimeout=180000',
        '--runTestsByPath',
        ...suite.files,
      ],
      {
        cwd: repositoryRoot,
        stdout: 'ignore',
        stderr: 'inherit',
        reject: false,
        // What tests leave in their temporary folders goes with this one. Those that start clusters
        // keep TMPDIR, because the folder of all clusters is in it.
        env: { ...env, PAAL_TEST_TEMPORARY: folder, ...(suite.cluster ? {} : { TMPDIR: folder }) },
        cancelSignal: signal,
      },
    );
    signal.throwIfAborted();
    const report = await readFile(output, 'utf8').catch(() => '{"testResults":[]}');
    return totalsOf(JSON.parse(report) as JestReport, suite.files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the suites with one cluster for those that need it; whatever goes wrong counts as failed. */
async function runAll(suites: readonly Suite[], keep: boolean): Promise<Totals> {
  const signal = interruption();
  const totals: Totals[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      console.error(error instanceof UserError ? errorMessage(error) : error);
      const [broken = ''] = errorMessage(error).split('\n');
      totals.push({ ...NOTHING, failed: 1, broken: [broken] });
    }
  };
  let cluster: Cluster | undefined;
  await attempt(async () => {
    for (const suite of suites) {
      if (suite.cluster && suite.files.length > 0) {
        const { programs } = suite;
        cluster ??= await startCluster({ name: CLUSTER, programs, signal }, printProgress());
      }
      // A test that has to build what it starts would be over its time, and two would install at once.
      if (suite.files.length > 0) await ensurePrograms(suite.programs, printProgress(), signal);
      const env = cluster ? { PAAL_TEST_CLUSTER: JSON.stringify(cluster) } : {};
      totals.push(await runSuite(suite, env, signal));
    }
  });
  if (cluster && !keep) await attempt(() => stopCluster(CLUSTER));
  return sum(totals);
}

async function suitesFor(scope: string, names: readonly string[]): Promise<readonly Suite[]> {
  const matching = (paths: readonly string[]): readonly string[] =>
    names.length === 0 ? paths : paths.filter((path) => names.some((name) => path.includes(name)));
  const files = matching(await unitFiles());
  const validated = files.some((file) => file.includes('/docs/monitoring-'));
  const unit = { name: 'unit', files, cluster: false, programs: validated ? VALIDATORS : [] };
  const contract = {
    name: 'contract',
    files: matching(await testFiles('test/contract')),
    cluster: true,
    programs: SERVICES,
  };
  const e2e = matching(await testFiles('test/e2e'));
  if (scope === 'unit') return [unit];
  if (scope === 'e2e') {
    const programs = ['ferretdb', 'prometheus', 'alertmanager', 'pushgateway', 'podprobe'] as const;
    return [{ name: 'end-to-end', files: e2e, cluster: true, programs }];
  }
  const core = { files: e2e.filter(isCore), cluster: true, programs: SERVICES };
  return [unit, contract, { name: 'core end-to-end', ...core }];
}

if (import.meta.main) {
  await new Command('npm test --')
    .description(
      'Runs the unit, contract and core end-to-end tests; "unit" only the unit tests, "e2e" all the\n' +
        'end-to-end tests. Boots one cluster for the run, and removes it afterwards.',
    )
    .argument('[SCOPE]', 'unit, e2e, or all of them and the core end-to-end tests', 'all')
    .argument('[NAME...]', 'only files whose path contains one of these')
    .option('--keep', 'leaves the cluster up for the next run')
    .action(
      async (scope: string, names: readonly string[], options: { readonly keep?: boolean }) => {
        const known = ['all', 'unit', 'e2e'].includes(scope);
        const suites = await suitesFor(known ? scope : 'all', known ? names : [scope, ...names]);
        if (suites.every(({ files }) => files.length === 0)) {
          console.error(`No test file matches ${[scope, ...names].join(', ')}.`);
          process.exitCode = 1;
          return;
        }
        const all = await runAll(suites, options.keep ?? false);
        const everythingCanRun = process.platform === 'linux' && process.getuid?.() === 0;
        for (const line of closingLines(all, everythingCanRun)) console.log(line);
        process.exitCode = verdict(all, everythingCanRun);
      },
    )
    .parseAsync();
}
