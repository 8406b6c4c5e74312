import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import type { Change } from './releases.ts';

/** Where the demo's repository finds what its paal.yaml and its pipeline name. */
export interface Addresses {
  /** Of the frontend. */
  readonly url: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  /** Such as v1.37.2: a kubectl of this version is on PATH. */
  readonly kubectlVersion: string;
}

/** A repository with the reference system, as a team would have it. */
export interface Shop {
  readonly directory: string;
  /** Makes a commit of a change; gives its hash. */
  commit(change: Change): Promise<string>;
}

const NOT_COPIED = /\/(?:node_modules|build)$/;
const WORKFLOW = '.github/workflows/ci-cd.yml';

async function editYaml(
  file: string,
  values: readonly (readonly [path: readonly string[], value: unknown])[],
): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  for (const [path, value] of values) document.setIn(path, value);
  await writeFile(file, document.toString({ lineWidth: 0 }));
}

/** The example's paal.yaml, with this machine's addresses and less waiting. */
async function localise(
  directory: string,
  { url, prometheus, alertmanager }: Addresses,
): Promise<void> {
  await editYaml(join(directory, 'paal.yaml'), [
    [['environments', 'production', 'url'], url],
    [['manifests'], ['k8s/overlays/local']],
    [['rollout', 'bake'], '5s'],
    [['verify', 'prometheus'], prometheus],
    [['verify', 'alertmanager'], alertmanager],
    [['verify', 'duration'], '10s'],
  ]);
}

/** The caller template as it is copied, told which kubectl this machine has. */
async function addWorkflow(directory: string, { kubectlVersion }: Addresses): Promise<void> {
  const target = join(directory, WORKFLOW);
  await mkdir(join(directory, '.github/workflows'), { recursive: true });
  await cp(join(repositoryRoot, 'workflows/ci-cd.yml'), target);
  await editYaml(target, [
    [['jobs', 'deploy-production', 'with', 'kubectl-version'], kubectlVersion],
  ]);
}

/** Makes the repository in `directory`, without a commit so far. */
export async function createShop(directory: string, addresses: Addresses): Promise<Shop> {
  await cp(join(repositoryRoot, 'examples'), directory, {
    recursive: true,
    filter: (source) => !NOT_COPIED.test(source),
  });
  await localise(directory, addresses);
  await addWorkflow(directory, addresses);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await execa('git', args, { cwd: directory })).stdout;
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', 'https://github.com/paal/shop.git');
  await git('config', 'user.name', 'PAAL demo');
  await git('config', 'user.email', 'demo@paal.example');
  return {
    directory,
    commit: async ({ title, remove = [], write = {}, edit = {} }) => {
      for (const file of remove) await rm(join(directory, file));
      for (const [file, text] of Object.entries(write)) {
        await writeFile(join(directory, file), text);
      }
      for (const [file, change] of Object.entries(edit)) {
        const before = await readFile(join(directory, file), 'utf8');
        const after = change(before);
        if (after === before)
          throw new Error(`The change "${title}" does not fit ${file} any more`);
        await writeFile(join(directory, file), after);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', title);
      return await git('rev-parse', 'HEAD');
    },
  };
}
