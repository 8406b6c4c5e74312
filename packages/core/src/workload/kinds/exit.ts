import type { Termination } from '../types.ts';
import { clause } from './clause.ts';

const SIGNALS: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/**
 * How a container ended, as the end of a sentence that begins with its name.
 * @param memoryLimit where it is known, such as `128Mi`
 */
export function describeExit(
  { exitCode, reason, message }: Termination,
  memoryLimit?: string,
): string {
  if (reason === 'OOMKilled') {
    const limit = memoryLimit === undefined ? '' : ` of ${memoryLimit}`;
    return `was killed because it used more memory than its limit${limit} (OOMKilled)`;
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return `could not be started (${clause(message ?? reason)})`;
  }
  const signal = exitCode > 128 ? SIGNALS[exitCode - 128] : undefined;
  return `exited with code ${exitCode}${signal ? ` (${signal})` : ''}`;
}

/** A stable name for it, in CamelCase. */
export function exitReason({ reason }: Termination): string {
  return reason === undefined || reason === 'Error' || reason === 'Completed'
    ? 'ContainerFailed'
    : reason;
}
