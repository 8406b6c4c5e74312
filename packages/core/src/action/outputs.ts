import { setOutput } from '@actions/core';
import { redact } from './secrets.ts';

/** What an action hands to later steps: the names of action.yml, values as text. */
export type Outputs = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Writes outputs; `undefined` becomes the empty string. May be called again: the last value counts,
 * so an action sets them all at its start and no consumer meets one that was never set.
 */
export function writeOutputs(outputs: Outputs): void {
  for (const [name, value] of Object.entries(outputs)) {
    setOutput(name, redact(value === undefined ? '' : String(value)));
  }
}
