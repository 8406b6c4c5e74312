import { getState, saveState } from '@actions/core';

/** Leaves word for the post step of this step; it is no place for secrets. */
export function leaveWord(name: string, value: string): void {
  saveState(name, value);
}

/** What was left under `name`; `undefined` when nothing was. */
export function wordOf(name: string): string | undefined {
  return getState(name) || undefined;
}
