import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errorMessage, UserError } from '@paal/core/errors';
import { Command } from 'commander';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import { actionNames } from './build.ts';
import { MOST_DESCRIPTION } from './generate.ts';
import { repositoryRoot } from './repository.ts';

const TEMPLATE = 'action-template';
// What the template calls itself: it is an action that can be type-checked as it stands.
const NAME = 'new-action';
const DESCRIPTION = 'Description of the new action';

/**
 * Makes sure that an action of that name can be made.
 * @throws UserError
 */
export function checkNewAction(name: string, description: string, taken: readonly string[]): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new UserError(
      `"${name}" is not a name for an action: write it as k8s-rollout is written.`,
    );
  }
  if (taken.includes(name))
    throw new UserError(`There is an action or a folder "${name}" already.`);
  if (description.trim() === '' || /\n/.test(description)) {
    throw new UserError('Describe the action in one line.');
  }
  if (description.length > MOST_DESCRIPTION) {
    throw new UserError(
      `The description has ${description.length} characters; the Marketplace takes ${MOST_DESCRIPTION}.`,
    );
  }
}

/** Where a file of the template belongs, below the repository's root. */
function placeOf(file: string, name: string): string {
  return file
    .replace(/^action\//, `actions/${name}/`)
    .replace(/^contract\//, 'test/contract/')
    .replace(NAME, name);
}

function contentOf(file: string, text: string, name: string, description: string): string {
  const named = text.replaceAll(NAME, name);
  if (!file.endsWith('action.yml')) return named.replaceAll(DESCRIPTION, description);
  const metadata = parseDocument(named);
  metadata.set('description', description); // which may need quotes
  return metadata.toString({ lineWidth: 0 });
}

/** The files of a new action, by their paths below the repository's root. */
export async function renderAction(
  name: string,
  description: string,
): Promise<ReadonlyMap<string, string>> {
  const root = join(repositoryRoot, TEMPLATE);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const file = relative(root, path);
    const text = await readFile(path, 'utf8');
    files.set(placeOf(file, name), contentOf(file, text, name, description));
  }
  return files;
}

async function makeAction(name: string, description: string): Promise<void> {
  const taken = [...(await actionNames()), ...(await readdir(join(repositoryRoot, 'dist')))];
  checkNewAction(name, description, taken);
  const files = await renderAction(name, description);
  for (const [file, text] of files) {
    await mkdir(dirname(join(repositoryRoot, file)), { recursive: true });
    await writeFile(join(repositoryRoot, file), text, { flag: 'wx' });
    console.log(file);
  }
  const options = { cwd: repositoryRoot, preferLocal: true, stdout: process.stderr } as const;
  // The lines of a long name break elsewhere.
  await execa('biome', ['check', '--write', ...files.keys()], options);
  console.error('Adding it to pnpm-lock.yaml');
  const pnpm = process.env.PAAL_PNPM ?? 'pnpm';
  const install = ['install', '--no-frozen-lockfile', '--reporter=append-only', '--loglevel=error'];
  await execa('npx', ['--yes', pnpm, ...install], { ...options, env: { CI: 'true' } });
  console.log(`
Next:
  npm run build -- ${name}   bundles it into dist/${name}
  npm test -- ${name}        runs its contract test
  npm run generate           writes the tables of its README, after a change of action.yml
and a line in the table of README.md.`);
}

if (import.meta.main) {
  await new Command('npm run new-action --')
    .description('Makes actions/NAME and its contract test from action-template/.')
    .argument('NAME', 'in kebab-case, such as k8s-rollout')
    .argument('DESCRIPTION', `what it does, in one line of at most ${MOST_DESCRIPTION} characters`)
    .action(async (name: string, description: string) => {
      try {
        await makeAction(name, description.trim().replace(/\.$/, ''));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        console.error(errorMessage(error));
        process.exitCode = 1;
      }
    })
    .parseAsync();
}
