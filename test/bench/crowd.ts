import type { Deployment } from '@paal/core/workload/types';
import { complete } from './evidence.ts';
import type { Ground } from './ground.ts';

/** When the controllers were where, as `performance.now()` counts. */
export interface CrowdTimes {
  readonly firstWritten: number;
  readonly lastWritten: number;
  readonly lastComplete: number;
}

/** An own watch on many Deployments that are created. */
export interface Crowd {
  /** @throws Error when not all of them were seen complete */
  times(): CrowdTimes;
  stop(): void;
}

/** Watches the Deployments of a namespace that has none yet. */
export async function watchCrowd({ api, namespace }: Ground, count: number): Promise<Crowd> {
  const written: number[] = [];
  const known = new Map<string, Deployment>();
  const completeAt = new Map<string, number>();
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const watch = await api.watch<Deployment>(path, ({ object: deployment, at }) => {
    const { name } = deployment.metadata;
    if (!known.has(name)) written.push(at);
    known.set(name, deployment);
    const isComplete =
      complete.holds({ deployment, replicaSets: [], pods: [], events: [] }).length > 0;
    if (isComplete && !completeAt.has(name)) completeAt.set(name, at);
  });
  return {
    times: () => {
      if (completeAt.size !== count) {
        throw new Error(`${completeAt.size} of ${count} Deployments were seen complete`);
      }
      return {
        firstWritten: Math.min(...written),
        lastWritten: Math.max(...written),
        lastComplete: Math.max(...completeAt.values()),
      };
    },
    stop: () => watch.stop(),
  };
}
