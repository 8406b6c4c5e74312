import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { sharedCluster } from './fixture.ts';

const COMMAND = [
  '--conditions=paal-source',
  '--disable-warning=ExperimentalWarning',
  join(repositoryRoot, 'scripts', 'cluster.ts'),
];

/** Starts what `npm run cluster -- ARGUMENTS` runs, as the one process that can be killed. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return execa(process.execPath, [...COMMAND, ...args], { reject: false, env });
}

export type RunningCommand = ReturnType<typeof startCommand>;

/** Runs it to its end, and fails with what it said unless that is exit code 0. */
export async function clusterCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await startCommand(args, env);
  if (exitCode !== 0) {
    throw new Error(`cluster ${args.join(' ')} exits with ${exitCode}:\n${stdout}\n${stderr}`);
  }
  return { stdout, stderr };
}

/** Sends a command a signal as soon as the file exists, and gives what it said. */
export async function killWhen(
  command: RunningCommand,
  file: string,
  signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL',
) {
  let ended = false;
  void command.then(() => {
    ended = true;
  });
  while (!existsSync(file)) {
    if (ended) throw new Error(`It ended before ${file} was there: ${(await command).stderr}`);
    await delay(2);
  }
  command.kill(signal);
  return await command;
}

/** A test that looks at the namespaces and control groups of clusters, in the order of its file. */
export function localTest(name: string, run: () => Promise<void>): void {
  if (sharedCluster().provider === 'local') test(name, run);
  else test.skip(`${name} (skipped: it needs clusters in namespaces, as root on Linux has)`, run);
}
