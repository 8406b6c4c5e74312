import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getState, saveState } from '@actions/core';
import { info } from '@paal/core/action/log';

const STATE = 'kubeconfig';

/** Leaves word for {@link post} of the kubeconfig that this step wrote. */
export function rememberKubeconfig(file: string): void {
  saveState(STATE, file);
}

/** Removes the kubeconfig that this step wrote, and nothing else. */
export async function post(): Promise<void> {
  const file = getState(STATE);
  if (file === '') return;
  await rm(dirname(file), { recursive: true, force: true });
  info(`Removed the kubeconfig ${file}`);
}
