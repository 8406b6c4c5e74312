import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from './repository.ts';

/** What each folder of core may use, as CONTRIBUTING.md says. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  action: ['config', 'github', 'report'],
  cluster: ['config'],
  config: [],
  github: [],
  migrate: ['cluster', 'config', 'release', 'report', 'rollout', 'workload'],
  registry: [],
  release: ['cluster', 'config', 'workload'],
  report: ['config'],
  rollback: ['cluster', 'config', 'registry', 'release', 'report', 'rollout', 'workload'],
  rollout: ['cluster', 'config', 'registry', 'release', 'report', 'workload'],
  verify: ['cluster', 'config', 'release', 'report', 'workload'],
  workload: ['cluster', 'config'],
};

const CORE = 'packages/core/src';
const names = Object.keys(LAYERS);

/** The imports that biome refuses, by file, of files that import all that is given for them. */
async function refused(
  files: Readonly<Record<string, readonly string[]>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = await mkdtemp(join(tmpdir(), 'paal-layering-'));
  try {
    for (const file of ['biome.json', '.gitignore']) {
      await cp(join(repositoryRoot, file), join(folder, file));
    }
    for (const [file, imports] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      const lines = imports.map((name) => `import '${name}';\n`);
      await writeFile(join(folder, file), lines.join(''));
    }
    const options = ['--only=style/noRestrictedImports', '--max-diagnostics=none'];
    const { stdout } = await execa('biome', ['lint', ...options, '--reporter=json', '.'], {
      cwd: folder,
      preferLocal: true,
      localDir: repositoryRoot,
      reject: false,
    });
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { location: { path: string; start: { line: number } } }[];
    };
    const lines = new Set(
      diagnostics.map(({ location: { path, start } }) => `${path}:${start.line}`),
    );
    return Object.fromEntries(
      Object.entries(files).map(([file, imports]) => [
        file,
        imports.filter((_, index) => lines.has(`${file}:${index + 1}`)),
      ]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('dependencies', () => {
  test('are laid down for every folder of core', async () => {
    const entries = await readdir(join(repositoryRoot, CORE), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(names);
  });

  test('point downwards only, from every folder of core and from folders in it', async () => {
    const files: Record<string, readonly string[]> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const [layer, uses] of Object.entries(LAYERS)) {
      const others = [...names, 'a-new-folder'].filter((name) => name !== layer);
      for (const [folder, up] of [
        [layer, '../'],
        [`${layer}/inner`, '../../'],
        // Ways to a database that are many files have a folder each.
        ...(layer === 'migrate' ? ([['migrate/drivers/inner', '../../../']] as const) : []),
      ] as const) {
        const file = `${CORE}/${folder}/probe.ts`;
        files[file] = [`${up}errors.ts`, ...others.map((name) => `${up}${name}/x.ts`)];
        expected[file] = others
          .filter((name) => !uses.includes(name))
          .map((name) => `${up}${name}/x.ts`);
      }
    }
    expect(await refused(files)).toEqual(expected);
  });

  test('of core are never actions, tests, scripts, or core by its name', async () => {
    const outside = ['actions/setup/src/main.ts', 'test/e2e/fixture.ts', 'scripts/build.ts'];
    const files: Record<string, readonly string[]> = {
      [`${CORE}/probe.ts`]: [...outside.map((path) => `../../../${path}`), './cluster/x.ts'],
    };
    for (const layer of names) {
      files[`${CORE}/${layer}/probe.ts`] = outside.map((path) => `../../../../${path}`);
      files[`${CORE}/${layer}/by-name.ts`] = ['@paal/setup', '@paal/core/rollout/follow'];
    }
    expect(await refused(files)).toEqual(files);
  });

  test('on the Kubernetes client are for cluster alone', async () => {
    const files = Object.fromEntries(
      [...names, '../../../actions/setup/src'].map((folder) => [
        join(CORE, folder, 'probe.ts'),
        ['@kubernetes/client-node'],
      ]),
    );
    expect(await refused(files)).toEqual({ ...files, [`${CORE}/cluster/probe.ts`]: [] });
  });

  test('of an action are core by its name, and its own files', async () => {
    const others = ['../../migrate/src/main.ts', '@paal/migrate', '../../../test/e2e/fixture.ts'];
    const file = 'actions/setup/src/probe.ts';
    const found = await refused({ [file]: ['./inputs.ts', '@paal/core/errors', ...others] });
    expect(found).toEqual({ [file]: others });
  });
});
