import type { KubeObject } from '../cluster/object.ts';
import type { DaemonSet } from './kinds/daemon-set.ts';
import type { StatefulSet } from './kinds/stateful-set.ts';
import type { Deployment, PodTemplate } from './types.ts';

type Share = number | string | undefined;

/** Rounds a percentage of `all` as the controllers do: surge up, unavailable down. */
function resolve(value: Share, all: number, round: 'up' | 'down', otherwise = '25%'): number {
  if (typeof value === 'number') return value;
  const share = (Number.parseFloat(value ?? otherwise) / 100) * all;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

function deploymentAtOnce({ spec }: Deployment): number {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return replicas;
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, 'up');
  return Math.min(replicas, surge + resolve(maxUnavailable, replicas, 'down'));
}

function daemonSetAtOnce({ spec, status }: DaemonSet): number {
  const nodes = status?.desiredNumberScheduled ?? 1;
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  // Only one of them is not 0 (pkg/apis/apps/validation).
  return resolve(maxSurge, nodes, 'up') || resolve(maxUnavailable, nodes, 'up');
}

interface Waves {
  /** How many pods are to be replaced. */
  readonly pods: number;
  /** How many of them at a time. */
  readonly atOnce: number;
}

const NONE: Waves = { pods: 0, atOnce: 1 };

/** How a rolling update goes through the pods of a workload; no waves where nothing says. */
export function wavesOf(object: KubeObject): Waves {
  switch (object.kind) {
    case 'Deployment': {
      const deployment = object as Deployment;
      return {
        pods: deployment.spec.replicas ?? 1,
        atOnce: Math.max(1, deploymentAtOnce(deployment)),
      };
    }
    case 'StatefulSet': {
      const { replicas = 1, updateStrategy, podManagementPolicy } = (object as StatefulSet).spec;
      if (updateStrategy?.type === 'OnDelete') return NONE;
      const { partition = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
      const pods = Math.max(0, replicas - partition);
      // A Parallel set that is new starts all at once; one that is updated may take longer.
      const atOnce =
        podManagementPolicy === 'Parallel' ? pods : resolve(maxUnavailable, replicas, 'up');
      return { pods, atOnce: Math.max(1, atOnce) };
    }
    case 'DaemonSet': {
      const set = object as DaemonSet;
      if (set.spec.updateStrategy?.type === 'OnDelete') return NONE;
      return {
        pods: set.status?.desiredNumberScheduled ?? 1,
        atOnce: Math.max(1, daemonSetAtOnce(set)),
      };
    }
    default:
      return NONE;
  }
}

/** `minReadySeconds` of a workload. */
export function minReadySecondsOf(object: KubeObject): number {
  return (object.spec as { readonly minReadySeconds?: number } | undefined)?.minReadySeconds ?? 0;
}

/** Milliseconds that a rollout takes at least: each wave of new pods waits for `minReadySeconds`. */
export function shortestRollout(object: KubeObject): number {
  const { pods, atOnce } = wavesOf(object);
  return Math.ceil(pods / atOnce) * minReadySecondsOf(object) * 1_000;
}

/** Whether every container tells by a probe when it serves. */
export function hasReadinessProbes(template: PodTemplate): boolean {
  return template.spec.containers.every(({ readinessProbe }) => readinessProbe !== undefined);
}
