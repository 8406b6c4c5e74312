import { setSecret } from '@actions/core';
import { hideSecret, redact, secretParts } from './redact.ts';

export { hideSecret, redact };

/**
 * Masks `value`, and each line of it, in the job's log and in everything that goes through
 * {@link redact}. Call it before the value is first used.
 */
export function maskSecret(value: string): void {
  for (const text of secretParts(value)) setSecret(text);
  hideSecret(value);
}
