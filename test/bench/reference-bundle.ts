import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';

/** The packages of an action for Kubernetes, by the place from which they are resolved. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@actions/core': 'packages/core',
  '@actions/exec': 'packages/core',
  '@actions/github': '.',
  '@kubernetes/client-node': 'packages/core',
  yaml: 'packages/core',
  zod: 'packages/core',
};

// What is imported and never used would be left out of the bundle.
const SOURCE = `
import { info } from '@actions/core';
import { getExecOutput } from '@actions/exec';
import { context, getOctokit } from '@actions/github';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import * as z from 'zod';

new KubeConfig().loadFromDefault();
z.object({ a: z.string() }).parse(parse('a: b'));
info('started');
if (process.env.NEVER) {
  getOctokit(String(context.runId));
  await getExecOutput('never');
}
process.exit(0);
`;

/**
 * A bundle of nothing but the packages that an action for Kubernetes is made of, and the least use of
 * each: what any such action takes to start on the machine where this is measured.
 */
export async function buildReferenceBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paal-reference-'));
  for (const [name, place] of Object.entries(PACKAGES)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await realpath(join(repositoryRoot, place, 'node_modules', name)), link);
  }
  const entry = join(folder, 'entry.mjs');
  await writeFile(entry, SOURCE);
  const output = join(folder, 'bundle');
  await execa('ncc', ['build', entry, '-o', output, '-m'], {
    preferLocal: true,
    localDir: repositoryRoot,
  });
  return output;
}
