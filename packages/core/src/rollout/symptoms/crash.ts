import type { ContainerMemory } from '../container-memory.ts';
import type { Patient, Symptom } from './symptom.ts';
import { clause } from './symptom.ts';

const SIGNALS: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

function describeExit({ lastExit }: ContainerMemory): string {
  if (!lastExit) return 'exited';
  const { exitCode, reason, message } = lastExit;
  if (reason === 'OOMKilled')
    return 'was killed because it used more memory than its limit (OOMKilled)';
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return `could not be started (${clause(message ?? reason)})`;
  }
  const signal = exitCode > 128 ? SIGNALS[exitCode - 128] : undefined;
  return `exited with code ${exitCode}${signal ? ` (${signal})` : ''}`;
}

function hintFor({ lastExit, init }: ContainerMemory): string {
  if (lastExit?.reason === 'OOMKilled')
    return "Raise the container's memory limit, or make it use less.";
  if (lastExit?.reason === 'StartError')
    return 'Does the command of the container exist in its image?';
  if (lastExit?.exitCode === 0 && !init) {
    return 'A container of a Deployment must keep running; this one ends by itself.';
  }
  return 'Its last lines before the exit are in the log of this step and in the job summary.';
}

/**
 * Containers that exit again and again. A crash is read from `terminated` and `restartCount`, never
 * from CrashLoopBackOff, which shows for a tenth of a second where there is no probe. A container
 * that is well now is no symptom: a sidecar may crash once and recover.
 */
export function examineCrashes({ memory, policy, target }: Patient): readonly Symptom[] {
  return [...memory.containers.values()]
    .filter(({ exits, ready }) => exits > 0 && !ready)
    .map((container) => ({
      failsAt: container.exits >= policy.crashExits ? memory.startedAt : undefined,
      finding: {
        workload: target.name,
        pod: container.pod,
        container: container.container,
        reason: container.lastExit?.reason === 'OOMKilled' ? 'OOMKilled' : 'CrashLoop',
        class: 'probable' as const,
        message:
          `${container.init ? 'The init container' : 'The container'} ${container.container} ` +
          `${describeExit(container)}, ${container.exits === 1 ? 'once' : `${container.exits} times`} so far.`,
        hint: hintFor(container),
      },
    }));
}
