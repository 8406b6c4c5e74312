import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';

interface Workflow {
  readonly jobs?: Readonly<
    Record<
      string,
      { readonly uses?: string; readonly steps?: readonly { readonly uses?: string }[] }
    >
  >;
}

/** An action or a repository with workflows that a workflow uses: `owner/name@ref`. */
interface Used {
  readonly owner: string;
  readonly name: string;
  readonly ref: string;
}

function parseUses(uses: string): readonly Used[] {
  const [, owner, name, ref] = /^([^./][^/]*)\/([^/@]+)(?:\/[^@]*)?@(.+)$/.exec(uses) ?? [];
  return owner && name && ref ? [{ owner, name, ref }] : [];
}

/** Everything from other repositories that a workflow's text uses. */
export function usedIn(text: string): readonly Used[] {
  const { jobs = {} } = parse(text) as Workflow;
  const all = Object.values(jobs).flatMap(({ uses, steps = [] }) => [
    uses,
    ...steps.map((step) => step.uses),
  ]);
  return all.flatMap((uses) => (uses === undefined ? [] : parseUses(uses)));
}

/** The folder that takes the place of it: of this repository's own, or a stand-in. */
function folderOf({ owner, name }: Used): string | undefined {
  const folder =
    owner === 'paal'
      ? join(repositoryRoot, 'dist', name)
      : join(repositoryRoot, 'test', 'stand-ins', `${owner}-${name}`);
  return existsSync(folder) ? folder : undefined;
}

/**
 * act's arguments with which the workflows in `files` run without fetching anything: PAAL's own
 * actions and workflows come from dist/, third parties' have stand-ins, and actions/checkout is done
 * by act itself. What has neither is left to act.
 */
export async function localRepositories(files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const places = texts.flatMap(usedIn).flatMap((used) => {
    const folder = folderOf(used);
    return folder === undefined ? [] : [`${used.owner}/${used.name}@${used.ref}=${folder}`];
  });
  return [...new Set(places)].flatMap((place) => ['--local-repository', place]);
}

/** What the stand-ins want to find in the environment of act. */
export function standInEnvironment(artifacts: string): Readonly<Record<string, string>> {
  return { PAAL_REPOSITORY: repositoryRoot, PAAL_ARTIFACTS: artifacts };
}
