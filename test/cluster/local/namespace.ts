import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '@paal/core/errors';
import { clusterPaths } from '../state.ts';
import { lastLines } from '../supervisor/logs.ts';
import { type ProcessHost, remoteProcesses } from '../supervisor/processes.ts';
import { DNS_ADDRESS, NODE_ADDRESS } from './addresses.ts';

const POLL_MS = 10;
const PATIENCE_MS = 15_000;
const LOG = 'namespace';

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/**
 * The arguments of setpriv that run `command` as a child of pid 1 in new mount, network and pid
 * namespaces. They end, with all that is in them, when the process that calls this ends.
 */
export function namespaceArguments(command: readonly string[]): readonly string[] {
  return [
    ...['--pdeathsig', 'KILL', '--'],
    ...['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
    ...['bash', pathOf('namespace.sh'), NODE_ADDRESS, DNS_ADDRESS],
    ...command,
  ];
}

export interface Namespace {
  /** Runs programs inside. */
  readonly processes: ProcessHost;
  /** The process outside whose end is the end of the namespaces. */
  readonly process: ChildProcess;
}

/** Makes the namespaces of a cluster, and waits until programs can be started in them. */
export async function enterNamespace(directory: string): Promise<Namespace> {
  const paths = clusterPaths(directory);
  await mkdir(paths.logs, { recursive: true });
  await mkdir(paths.temporary, { recursive: true });
  const log = openSync(join(paths.logs, `${LOG}.log`), 'a');
  const node = [process.execPath, ...process.execArgv, pathOf('inside.ts'), directory];
  const child = spawn('setpriv', namespaceArguments(node), {
    stdio: ['ignore', log, log],
    env: { ...process.env, TMPDIR: paths.temporary },
  });
  closeSync(log);

  const processes = remoteProcesses(paths.inside);
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    const ready = await processes.list().then(
      () => true,
      () => false,
    );
    if (ready) return { processes, process: child };
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      throw new UserError(
        'The namespaces of the cluster could not be set up. It takes root, and a kernel with ' +
          `overlay file systems. ${await lastLines(paths.logs, LOG)}`,
      );
    }
  }
}
