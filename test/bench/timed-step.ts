import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep, type StepOptions, type StepResult } from '../contract/run-action.ts';
import { type Ground, manifestOf } from './ground.ts';

/** A line of a step's log, and when it came, as `performance.now()` counts. */
export interface TimedLine {
  readonly text: string;
  readonly at: number;
}

/** A step of a job with its times. */
export interface TimedStep {
  readonly result: StepResult;
  readonly lines: readonly TimedLine[];
  readonly begun: number;
  readonly ended: number;
}

/** What a step is run with, beside its inputs. */
export interface TimedStepOptions extends Pick<StepOptions, 'env' | 'nodeOptions'> {
  /** Told of every line as it comes. */
  readonly onLine?: (line: TimedLine, kill: (signal: NodeJS.Signals) => void) => void;
}

/**
 * Rolls out `objects` by the bundle of paal/k8s-rollout, as the runner would. When the benchmark is
 * ended, so is the step.
 */
export async function timedRollout(
  ground: Ground,
  objects: readonly object[],
  inputs: Readonly<Record<string, string>> = {},
  { env = {}, nodeOptions = [], onLine }: TimedStepOptions = {},
): Promise<TimedStep> {
  const workspace = await mkdtemp(join(ground.folder, 'workspace-'));
  await writeFile(join(workspace, 'app.yaml'), manifestOf(objects));
  const { signal } = ground;
  signal.throwIfAborted();
  const lines: TimedLine[] = [];
  let read = 0;
  let end = (): void => undefined;
  const onAbort = (): void => end();
  signal.addEventListener('abort', onAbort);
  const begun = performance.now();
  try {
    const result = await runStep('k8s-rollout', {
      workspace,
      nodeOptions,
      inputs: { namespace: ground.namespace, manifests: 'app.yaml', bake: '0s', ...inputs },
      env: { KUBECONFIG: ground.cluster.kubeconfig, ...env },
      onLog: (log, kill) => {
        const at = performance.now();
        end = () => kill('SIGKILL');
        for (let next = log.indexOf('\n', read); next >= 0; next = log.indexOf('\n', read)) {
          const line = { text: log.slice(read, next), at };
          read = next + 1;
          lines.push(line);
          onLine?.(line, kill);
        }
      },
    });
    const ended = performance.now();
    signal.throwIfAborted();
    return { result, lines, begun, ended };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * When the verdict on a Deployment was printed: the last line about it within the rollout, which is
 * what the user sees first.
 * @throws Error when there was none
 */
export function verdictAt({ lines, result }: TimedStep, name: string): number {
  const last = lines.findLast(({ text }) => text.includes(`  deployment/${name}: `));
  if (last) return last.at;
  throw new Error(`No verdict on deployment/${name} was printed:\n${result.log}`);
}

/** Removes what the step has left in the temporary folder; nothing of it is read after that. */
export async function discard({ result }: TimedStep): Promise<void> {
  await rm(result.temp, { recursive: true, force: true });
}

/** @throws Error with the log, unless the step ended as it should */
export function expectStatus({ result }: TimedStep, status: string, reason = ''): void {
  const { outputs, log } = result;
  if (outputs.status === status && outputs['failure-reason'] === reason) return;
  throw new Error(
    `The step should have ended as "${status} ${reason}" and ended as ` +
      `"${outputs.status} ${outputs['failure-reason']}":\n${log}`,
  );
}
