import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@paal/core/errors';
import { MARKER } from '../processes-of.ts';
import type { Progress } from '../progress.ts';
import { clusterPaths } from '../state.ts';
import { lastLines } from './logs.ts';
import type { Report } from './supervisor.ts';

const LOG = 'supervisor';
const NODE_OPTIONS = ['--conditions=paal-source', '--disable-warning=ExperimentalWarning'];

/** The environment of all that belongs to a cluster, made from that of this process. */
export function clusterEnvironment(
  directory: string,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  // Nothing in a cluster is reached through a proxy, but the components would try.
  const kept = Object.entries(inherited).filter(([name]) => !/^(https?|all)_proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    // Where Debian has runc, nft and ip, which not everybody has on PATH.
    PATH: `${inherited.PATH}:/usr/sbin:/sbin`,
    [MARKER]: directory,
  };
}

function spawnSupervisor(directory: string): ChildProcess {
  const { logs } = clusterPaths(directory);
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, `${LOG}.log`), 'a');
  const program = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
  try {
    return spawn(process.execPath, [...NODE_OPTIONS, program, directory], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: clusterEnvironment(directory, process.env),
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Starts the cluster whose state is in `directory`, and resolves when it is up; its supervisor then
 * outlives this process. Rejects with what went wrong, or with the signal's reason, and leaves it to
 * the caller to tear the rest down.
 */
export async function launchSupervisor(
  directory: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const supervisor = spawnSupervisor(directory);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const aborted = () => reject(signal?.reason);
  signal?.addEventListener('abort', aborted);
  supervisor.on('error', reject);
  supervisor.on('message', (report: Report) => {
    if ('line' in report) return progress(report.line);
    if ('ready' in report) return resolve();
    const { failed, stack } = report;
    return reject(
      stack === undefined ? new UserError(failed) : Object.assign(new Error(failed), { stack }),
    );
  });
  supervisor.on('exit', async (code, killedBy) => {
    const how = killedBy === null ? `with exit code ${code}` : `by ${killedBy}`;
    const log = await lastLines(clusterPaths(directory).logs, LOG);
    reject(new UserError(`The supervisor of the cluster ended ${how}. Its log ends with:\n${log}`));
  });
  try {
    signal?.throwIfAborted();
    await promise;
  } finally {
    signal?.removeEventListener('abort', aborted);
    supervisor.removeAllListeners('message');
    if (supervisor.connected) supervisor.disconnect();
    supervisor.unref();
  }
}
