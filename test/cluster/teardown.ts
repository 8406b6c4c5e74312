import { readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { processesIn, removeControlGroup, thaw } from './cgroups.ts';
import { ClusterProcesses } from './processes-of.ts';
import { deleteKind } from './providers/kind.ts';
import { readState, writeState } from './state.ts';

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** The name of a cluster's control group; unique on this machine, as its folder's name is. */
export function controlGroupOf(directory: string): string {
  return `paal-${basename(directory)}`;
}

async function killProcesses(directory: string): Promise<void> {
  const group = controlGroupOf(directory);
  const processes = new ClusterProcesses(directory);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    await thaw(group);
    const left = [...(await processes.killAll()), ...(await processesIn(group))];
    if (left.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`Processes of the cluster in ${directory} do not die: ${left.join(', ')}`);
    }
    await delay(POLL_MS);
  }
}

/** The mount points at or below a folder in a `/proc/PID/mountinfo`, the deepest first. */
export function mountsBelow(mountinfo: string, directory: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount === directory || mount.startsWith(`${directory}/`))
    .reverse();
}

/** A cluster mounts in its own namespace only; never delete through a mount all the same. */
async function unmountBelow(directory: string): Promise<void> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  for (const mount of mountsBelow(mountinfo, directory)) await execa('umount', ['-l', mount]);
}

/**
 * Takes away whatever there is of the cluster in this folder, however it came to be there: running,
 * half started or left behind. Works from the folder's name alone; without any, it does nothing.
 */
export async function tearDown(directory: string): Promise<void> {
  const state = await readState(directory);
  if (state) await writeState(directory, { ...state, phase: 'stopping' });
  await killProcesses(directory);
  if (state?.provider === 'kind') await deleteKind(directory);
  await removeControlGroup(controlGroupOf(directory));
  await unmountBelow(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the folder of all clusters when nothing is in it. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(dirname(directory)).catch(() => {});
}
