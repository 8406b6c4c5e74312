import { relative } from 'node:path';
import { repositoryRoot } from './repository.ts';

/** What jest writes with --json, as far as it counts here. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** What became of the tests of one suite. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** The names of the tests that were skipped. */
  readonly skipped: readonly string[];
  /** What failed without being a test: it is among `failed`, and jest names no test for it. */
  readonly broken: readonly string[];
}

/** Nothing ran. */
export const NOTHING: Totals = { passed: 0, failed: 0, skipped: [], broken: [] };

/**
 * Sums jest's report about `files`, which are paths below the repository's root. A file that did not
 * load or ended in an error (such as one from afterAll) counts as one failed test, and so does one of
 * which the report says nothing.
 */
export function totalsOf({ testResults }: JestReport, files: readonly string[]): Totals {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const reported = new Set(testResults.map(({ name }) => relative(repositoryRoot, name)));
  const broken = [
    ...testResults
      .filter(({ status, assertionResults }) => {
        return status === 'failed' && assertionResults.every((one) => one.status !== 'failed');
      })
      .map(({ name }) => relative(repositoryRoot, name)),
    ...files.filter((file) => !reported.has(file)),
  ];
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failed.length + broken.length,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
    broken,
  };
}

/** The sum over all suites. */
export function sum(totals: readonly Totals[]): Totals {
  return totals.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: [...all.skipped, ...one.skipped],
      broken: [...all.broken, ...one.broken],
    }),
    NOTHING,
  );
}

/**
 * The exit code. As root on Linux everything can run, so nothing may be skipped there; and a run in
 * which nothing happened proves nothing.
 */
export function verdict(all: Totals, everythingCanRun: boolean): 0 | 1 {
  if (all.failed > 0) return 1;
  if (all.skipped.length > 0) return everythingCanRun ? 1 : 0;
  return all.passed > 0 ? 0 : 1;
}

/** What is printed at the end; the last line is "N passed, N failed". */
export function closingLines(all: Totals, everythingCanRun: boolean): readonly string[] {
  const list = (title: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : ['', `${title}:`, ...names.map((name) => `  ${name}`)];
  const skipped = everythingCanRun ? 'Skipped, although everything can run here' : 'Skipped';
  return [
    ...list('Failed outside of tests', all.broken),
    ...list(skipped, all.skipped),
    '',
    `${all.passed} passed, ${all.failed} failed`,
  ];
}
