import { execa } from 'execa';
import type { Ground } from './ground.ts';

/** A `kubectl rollout status` that runs beside the action. */
export interface KubectlStatus {
  /**
   * When it was done, as `performance.now()` counts; `undefined` when it is still waiting.
   * @param wait whether an answer has to come, and is waited for
   */
  answeredAt(wait: boolean): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts `kubectl rollout status` of a Deployment as soon as it was `written`. */
export function kubectlStatus(
  { cluster, namespace }: Ground,
  written: Promise<number>,
  name: string,
): KubectlStatus {
  const stopping = new AbortController();
  let answered: number | undefined;
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  const run = async (): Promise<void> => {
    await Promise.race([written, stopped]);
    if (stopping.signal.aborted) return;
    const access = ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace];
    const args = [...access, 'rollout', 'status', `deployment/${name}`];
    await execa(cluster.kubectl, args, { reject: false, cancelSignal: stopping.signal });
    if (!stopping.signal.aborted) answered = performance.now();
  };
  const running = run();
  return {
    answeredAt: async (wait) => {
      if (wait) await running;
      return answered;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
