import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { type Cluster, startCluster, stopCluster } from '../test/cluster/cluster.ts';
import { printProgress } from '../test/cluster/progress.ts';
import { repositoryRoot } from './repository.ts';

/** What jest writes with --json. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** One run of jest over some files. */
export interface Suite {
  readonly name: string;
  /** Paths below the repository's root. */
  readonly files: readonly string[];
  readonly cluster: boolean;
}

/** The sum over all suites. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

const CLUSTER = 'test';

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

/** Runs one suite; a file that did not load counts as failed. */
async function runSuite(suite: Suite, env: Readonly<Record<string, string>>): Promise<Totals> {
  if (suite.files.length === 0) return { passed: 0, failed: 0, skipped: [] };
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
      { cwd: repositoryRoot, stdout: 'ignore', stderr: 'inherit', reject: false, env },
    );
    const report = JSON.parse(await readFile(output, 'utf8')) as JestReport;
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    const skipped = report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status !== 'passed' && status !== 'failed')
        .map(({ fullName }) => fullName),
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
      skipped,
    };
  } catch (error) {
    console.error(`jest left no report for the ${suite.name} tests: ${String(error)}`);
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the exit code is made of. As root on Linux everything can run, so nothing may be skipped. */
export function verdict(totals: readonly Totals[], everythingCanRun: boolean): number {
  const failed = totals.some((one) => one.failed > 0);
  const skipped = totals.some((one) => one.skipped.length > 0);
  const passed = totals.some((one) => one.passed > 0);
  return failed || !passed || (skipped && everythingCanRun) ? 1 : 0;
}

async function runAll(suites: readonly Suite[], keep: boolean): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const totals: Totals[] = [];
  let cluster: Cluster | undefined;
  try {
    for (const suite of suites) {
      if (suite.cluster && suite.files.length > 0) {
        cluster ??= await startCluster({ name: CLUSTER, signal: stop.signal }, printProgress());
      }
      const env = cluster ? { PAAL_TEST_CLUSTER: JSON.stringify(cluster) } : {};
      totals.push(await runSuite(suite, env));
    }
  } finally {
    if (cluster && !keep) await stopCluster(CLUSTER);
  }
  const everythingCanRun = process.platform === 'linux' && process.getuid?.() === 0;
  const skipped = totals.flatMap((one) => one.skipped);
  if (skipped.length > 0) {
    console.log(`\nSkipped${everythingCanRun ? ', although everything can run here' : ''}:`);
    for (const name of skipped) console.log(`  ${name}`);
  }
  const sum = (pick: (one: Totals) => number): number =>
    totals.reduce((total, one) => total + pick(one), 0);
  console.log(`\n${sum((one) => one.passed)} passed, ${sum((one) => one.failed)} failed`);
  return verdict(totals, everythingCanRun);
}

async function suitesFor(scope: string, names: readonly string[]): Promise<readonly Suite[]> {
  const matching = (paths: readonly string[]): readonly string[] =>
    names.length === 0 ? paths : paths.filter((path) => names.some((name) => path.includes(name)));
  const unit = { name: 'unit', files: matching(await unitFiles()), cluster: false };
  const contract = {
    name: 'contract',
    files: matching(await testFiles('test/contract')),
    cluster: true,
  };
  const e2e = matching(await testFiles('test/e2e'));
  if (scope === 'unit') return [unit];
  if (scope === 'e2e') return [{ name: 'end-to-end', files: e2e, cluster: true }];
  return [unit, contract, { name: 'core end-to-end', files: e2e.filter(isCore), cluster: true }];
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
        process.exitCode = await runAll(suites, options.keep ?? false);
      },
    )
    .parseAsync();
}
