import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import type { Mutation } from '../test/mutations/mutation.ts';
import { MUTATIONS } from '../test/mutations/mutations.ts';
import { repositoryRoot } from './repository.ts';

async function testFiles(parts: readonly string[]): Promise<readonly string[]> {
  const folder = join(repositoryRoot, 'packages');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(({ name }) => name.endsWith('.test.ts'))
    .map((entry) => relative(repositoryRoot, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/node_modules/'))
    .filter((path) => parts.some((part) => path.includes(part)));
}

interface JestConfig {
  readonly transform: Readonly<Record<string, readonly [transformer: string, options: object]>>;
}

/** The configuration of the unit tests, with the transformer that makes a mutation. */
async function mutatingConfig(): Promise<string> {
  const file: string = join(repositoryRoot, 'jest.config.mjs');
  const { default: config } = (await import(file)) as { readonly default: JestConfig };
  const transformer = join(repositoryRoot, 'test/mutations/transform.mjs');
  const transform = Object.fromEntries(
    Object.entries(config.transform).map(([pattern, [, options]]) => [
      pattern,
      [transformer, options],
    ]),
  );
  return JSON.stringify({ ...config, rootDir: repositoryRoot, transform });
}

/** The first test that notices; `undefined` when all stay green. */
async function noticedBy({ file, from, to, tests }: Mutation): Promise<string | undefined> {
  const { exitCode, all } = await execa(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'node_modules/jest/bin/jest.js'),
      `--config=${await mutatingConfig()}`,
      '--bail',
      '--runTestsByPath',
      ...(await testFiles(tests)),
    ],
    {
      cwd: repositoryRoot,
      all: true,
      reject: false,
      env: { PAAL_MUTATION: JSON.stringify({ file, from, to }) },
    },
  );
  if (all.includes('does not hold: ')) throw new Error(/.*does not hold: .*/.exec(all)?.[0]);
  if (exitCode === 0) return undefined;
  return /● (.*)/.exec(all)?.[1] ?? 'a test file that does not load';
}

await new Command('npm run mutate --')
  .description(
    'Takes each rule by which rollouts are judged out of the product, and makes sure that a test fails.',
  )
  .argument('[NAME...]', 'parts of the names of rules; default: all')
  .action(async (names: readonly string[]) => {
    const chosen = MUTATIONS.filter(
      ({ name }) => names.length === 0 || names.some((part) => name.includes(part)),
    );
    let missed = 0;
    for (const mutation of chosen) {
      const test = await noticedBy(mutation);
      console.log(`${test ? '✓' : '✗'} ${mutation.name}${test ? `\n    ${test}` : ''}`);
      if (!test) missed += 1;
    }
    console.log(
      missed === 0
        ? `Each of the ${chosen.length} rules has a test that fails without it.`
        : `${missed} of ${chosen.length} rules can be taken out and no test fails.`,
    );
    if (missed > 0 || chosen.length === 0) process.exitCode = 1;
  })
  .parseAsync();
