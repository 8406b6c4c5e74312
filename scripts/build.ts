import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minify } from '@swc/core';
import { Command } from 'commander';
import { execa } from 'execa';
import { repositoryRoot } from './repository.ts';

/** The names of the actions: the folders below actions/. */
export async function actionNames(): Promise<readonly string[]> {
  const entries = await readdir(join(repositoryRoot, 'actions'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Declarations that users copy, by action: a file of types alone is its own declaration. */
const DECLARATIONS: Readonly<Record<string, { readonly from: string; readonly to: string }>> = {
  migrate: { from: 'packages/core/src/migrate/context/migration.ts', to: 'migration.d.ts' },
};

async function compile(project: string): Promise<void> {
  const directory = join(repositoryRoot, project);
  await execa('tsc', ['-p', directory], { preferLocal: true, localDir: repositoryRoot });
}

const LICENCES = '.licenses.txt';
const CHUNK = '.index.js';

/** One file of the licences that the bundler wrote for each part of the bundle, some of them twice. */
async function gatherLicences(output: string): Promise<void> {
  const texts = new Set<string>();
  for (const name of (await readdir(output)).filter((one) => one.endsWith(LICENCES)).sort()) {
    texts.add(await readFile(join(output, name), 'utf8'));
    await rm(join(output, name));
  }
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  const rest = longestFirst.filter((text, index) =>
    longestFirst.slice(0, index).every((longer) => !longer.includes(text.trim())),
  );
  await writeFile(join(output, 'licenses.txt'), rest.join('\n'));
}

/** The bundler minifies index.js alone. */
async function minifyChunks(output: string): Promise<void> {
  for (const name of (await readdir(output)).filter((one) => one.endsWith(CHUNK))) {
    const file = join(output, name);
    const options = { module: true, compress: true, mangle: true, sourceMap: false };
    await writeFile(file, (await minify(await readFile(file, 'utf8'), options)).code);
  }
}

/**
 * One file of everything that the compiled `entry` needs, into `output`, and one beside it for each
 * `import()` whose code most runs do without.
 */
async function pack(entry: string, output: string): Promise<void> {
  await execa('ncc', ['build', entry, '-o', output, '-m', '--license', `[name]${LICENCES}`], {
    preferLocal: true,
    localDir: repositoryRoot,
  });
  await gatherLicences(output);
  await minifyChunks(output);
}

/**
 * Bundles one action into `target`: index.js with everything in it but what only some runs load, the
 * licences of all of it, and the files that users see.
 */
async function bundle(name: string, target: string): Promise<void> {
  const source = join(repositoryRoot, 'actions', name);
  await compile(join('actions', name));
  const output = await mkdtemp(join(tmpdir(), 'paal-build-'));
  await pack(join(source, 'lib/index.js'), output);
  // What an action runs elsewhere than in the step is a program of its own.
  const runner = join(source, 'lib/runner.js');
  if (existsSync(runner)) await pack(runner, join(output, 'runner'));
  for (const file of ['action.yml', 'README.md']) await cp(join(source, file), join(output, file));
  await cp(join(repositoryRoot, 'LICENSE'), join(output, 'LICENSE'));
  const { [name]: declaration } = DECLARATIONS;
  if (declaration) await cp(join(repositoryRoot, declaration.from), join(output, declaration.to));
  await rm(target, { recursive: true, force: true });
  await cp(output, target, { recursive: true });
  await rm(output, { recursive: true });
}

/** The reusable workflows where GitHub looks for them in a repository of their own. */
async function publishWorkflows(target: string): Promise<void> {
  const source = join(repositoryRoot, 'workflows');
  await rm(target, { recursive: true, force: true });
  await cp(join(source, 'deploy.yml'), join(target, '.github/workflows/deploy.yml'));
  await cp(join(source, 'README.md'), join(target, 'README.md'));
  await cp(join(repositoryRoot, 'LICENSE'), join(target, 'LICENSE'));
}

/** Builds everything that is published below `target`, two bundles at a time. */
export async function build(target: string, names: readonly string[]): Promise<void> {
  await compile('packages/core');
  const queue = [...names];
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      console.error(`Bundling ${name} (about 10 s)`);
      await bundle(name, join(target, name));
    }
  };
  await Promise.all([worker(), worker()]);
  await publishWorkflows(join(target, 'workflows'));
}

if (import.meta.main) {
  await new Command('npm run build --')
    .description('Bundles the actions (all of them, or those that are named) into dist/.')
    .argument('[NAME...]', 'names of actions')
    .action(async (names: readonly string[]) => {
      await build(join(repositoryRoot, 'dist'), names.length > 0 ? names : await actionNames());
    })
    .parseAsync();
}
