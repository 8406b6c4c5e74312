import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { ExecaError, execa } from 'execa';
import { ensurePrograms } from '../test/cluster/programs/programs.ts';
import { printProgress } from '../test/cluster/progress.ts';
import { actionNames, build } from './build.ts';
import { generated } from './generate.ts';
import { repositoryRoot } from './repository.ts';

const MOST_LINES = 300;

/** What is wrong, or nothing. */
type Check = () => Promise<readonly string[]>;

async function run(command: string, args: readonly string[]): Promise<readonly string[]> {
  try {
    await execa(command, args, { cwd: repositoryRoot, preferLocal: true, all: true });
    return [];
  } catch (error) {
    if (error instanceof ExecaError) return [String(error.all ?? error.shortMessage)];
    throw error;
  }
}

async function trackedFiles(...patterns: readonly string[]): Promise<readonly string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const { stdout } = await execa('git', args, { cwd: repositoryRoot });
  // The index still lists what has just been deleted.
  return stdout.split('\n').filter((file) => file !== '' && existsSync(join(repositoryRoot, file)));
}

const fileLengths: Check = async () => {
  const problems: string[] = [];
  for (const file of await trackedFiles('*.ts', '*.mjs', ':!dist')) {
    const lines = (await readFile(join(repositoryRoot, file), 'utf8')).split('\n').length - 1;
    if (lines > MOST_LINES)
      problems.push(`${file} has ${lines} lines; split it (most: ${MOST_LINES})`);
  }
  return problems;
};

const generatedFiles: Check = async () => {
  const problems: string[] = [];
  for (const [path, content] of await generated()) {
    const current = await readFile(join(repositoryRoot, path), 'utf8').catch(() => '');
    if (current !== content) problems.push(`${path} is out of date: run "npm run generate"`);
  }
  return problems;
};

const workflows: Check = async () => {
  const { actionlint } = await ensurePrograms(['actionlint'], printProgress());
  const files = await trackedFiles('workflows/*.yml', '.github/workflows/*.yml');
  // Without the linters that it calls where they are installed, and passes over where they are not.
  return await run(actionlint, ['-shellcheck=', '-pyflakes=', ...files]);
};

async function filesBelow(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(relative(directory, path), await readFile(path, 'latin1'));
  }
  return files;
}

const distUpToDate: Check = async () => {
  const fresh = await mkdtemp(join(tmpdir(), 'paal-dist-'));
  try {
    await build(fresh, await actionNames());
    const [expected, actual] = [
      await filesBelow(fresh),
      await filesBelow(join(repositoryRoot, 'dist')),
    ];
    const paths = new Set([...expected.keys(), ...actual.keys()]);
    return [...paths]
      .filter((path) => expected.get(path) !== actual.get(path))
      .map(
        (path) => `dist/${path} is not what the sources give: run "npm run build" and commit dist/`,
      );
  } finally {
    await rm(fresh, { recursive: true });
  }
};

const checks: Readonly<Record<string, Check>> = {
  'format, lint, layering': () => run('biome', ['check', '--error-on-warnings', '.']),
  types: () => run('tsc', ['-p', 'tsconfig.json']),
  'length of files': fileLengths,
  'generated tables': generatedFiles,
  workflows,
  'dist up to date (about a minute)': distUpToDate,
};

await new Command('npm run check --')
  .description('Format, lint, types, layering, generated tables, workflows, dist up to date.')
  .action(async () => {
    let failed = 0;
    for (const [name, check] of Object.entries(checks)) {
      const problems = await check();
      console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
      for (const problem of problems) console.log(problem);
      failed += problems.length;
    }
    process.exitCode = failed === 0 ? 0 : 1;
  })
  .parseAsync();
