import * as core from '@actions/core';
import { printable } from './printable.ts';

export { printable };

/** Prints a line, or several. */
export function info(text: string): void {
  core.info(printable(text));
}

/** Prints a line that is only seen with `ACTIONS_STEP_DEBUG`. */
export function debug(text: string): void {
  core.debug(printable(text));
}

/** A warning annotation. */
export function warning(text: string): void {
  core.warning(printable(text));
}

/** Everything that `work` prints is folded under `title` in the job's log. */
export async function group<T>(title: string, work: () => Promise<T>): Promise<T> {
  return await core.group(printable(title).replaceAll('\n', ' '), work);
}
