import { writeFile } from 'node:fs/promises';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { clusterPaths } from '../state.ts';
import { Processes } from '../supervisor/processes.ts';
import type { Running, Starting } from '../supervisor/running.ts';

const ANSWER_MS = 10_000;

async function kubectl(command: string, args: readonly string[], what: string): Promise<string> {
  try {
    return (await execa(command, args, { all: true, timeout: ANSWER_MS })).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new UserError(`${what}: ${error.all || error.shortMessage}`, { cause: error });
  }
}

/** Whether a registry answers at all; it may well ask for a login. */
async function registryAnswers(registry: string): Promise<boolean> {
  for (const scheme of ['https', 'http']) {
    const url = `${scheme}://${registry}/v2/`;
    const answers = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
      () => true,
      () => false,
    );
    if (answers) return true;
  }
  return false;
}

/**
 * Takes a cluster that the user has, by the name of its context, with the registry from which it
 * pulls. Nothing is started in it or stopped; both must answer.
 */
export async function startContext({ directory, state }: Starting): Promise<Running> {
  const { kubeconfig, logs } = clusterPaths(directory);
  const { context = '', registry = '' } = state;
  const view = ['config', 'view', '--raw', '--minify', '--flatten', '--context', context];
  const whole = await kubectl(state.kubectl, view, `The context "${context}" cannot be used`);
  await writeFile(kubeconfig, whole, { mode: 0o600 });
  await kubectl(
    state.kubectl,
    ['--kubeconfig', kubeconfig, '--context', context, 'get', '--raw', '/version'],
    `The API server of the context "${context}" cannot be reached`,
  );
  if (!(await registryAnswers(registry))) {
    throw new UserError(
      `The registry ${registry} answers neither on https://${registry}/v2/ nor on http: ` +
        'give --registry the HOST or HOST:PORT from which the cluster pulls.',
    );
  }
  return { processes: new Processes(logs) };
}
