import { type KubeObject, objectName, RESOURCES } from '../../cluster/object.ts';
import type { Container, ContainerStatus, Pod, Termination } from '../types.ts';
import { clause } from './clause.ts';
import { countOf } from './count.ts';
import { disruptionOf } from './disruption.ts';
import { describeExit, exitReason } from './exit.ts';
import type { KindRules, ObjectFailure, Progress } from './kind.ts';
import { isReady } from './pods.ts';
import { isLeaving, isObserved, tellsGeneration } from './status.ts';

interface FailedContainer {
  readonly name: string;
  readonly init: boolean;
  readonly end: Termination;
}

/**
 * The container that failed for good: the first init container, or else the first other one. Sidecars
 * and containers with rules of their own may be restarted (pkg/api/v1/pod ContainerShouldRestart).
 */
function failedContainer({ spec, status }: Pod): FailedContainer | undefined {
  const find = (
    init: boolean,
    containers: readonly Container[] = [],
    statuses: readonly ContainerStatus[] = [],
  ): FailedContainer | undefined => {
    for (const { name, restartPolicy } of containers) {
      const end = statuses.find((one) => one.name === name)?.state?.terminated;
      if (end && end.exitCode !== 0 && restartPolicy === undefined) return { name, init, end };
    }
    return undefined;
  };
  return (
    find(true, spec.initContainers, status?.initContainerStatuses) ??
    find(false, spec.containers, status?.containerStatuses)
  );
}

function failureOf(pod: Pod): ObjectFailure | undefined {
  const { phase, reason, message } = pod.status ?? {};
  const failed = phase === 'Failed';
  const name = objectName('Pod', pod.metadata.name);
  const disruption = failed || isLeaving(pod) ? disruptionOf(pod) : undefined;
  if (disruption) {
    return {
      reason: disruption,
      class: 'infrastructure',
      message: `The ${name} was ended by the cluster, not by itself (${disruption}${message ? `: ${clause(message)}` : ''}).`,
      hint: 'Nothing restarts a pod of its own: deploy again.',
    };
  }
  if (failed && reason !== undefined) {
    return {
      reason,
      class: 'permanent',
      message: `The ${name} failed (${reason}${message ? `: ${clause(message)}` : ''}).`,
    };
  }
  // With Never, one failed container settles it, though others may go on for long. While the pod is
  // being deleted, its containers fail because they are told to end.
  const settled = pod.spec.restartPolicy === 'Never' && !isLeaving(pod);
  const container = failed || settled ? failedContainer(pod) : undefined;
  if (container) {
    return {
      reason: exitReason(container.end),
      class: 'permanent',
      message: `The ${container.init ? 'init container' : 'container'} ${container.name} of ${name} ${describeExit(container.end)}.`,
      hint: 'Its last lines are in the evidence.',
    };
  }
  if (!failed) return undefined;
  return { reason: 'PodFailed', class: 'permanent', message: `The ${name} failed.` };
}

/** Whether it is there to serve, and not to do a piece of work and end. */
function isServer(pod: Pod): boolean {
  return (pod.spec.restartPolicy ?? 'Always') === 'Always';
}

/**
 * Complete: Ready, or Succeeded where it is not to be restarted (krane's task pods). Succeeded is no
 * end for a server, and a pod that is being deleted may look Succeeded, because its containers
 * ended well when they were told to. kstatus calls a Failed pod current; it is a failure.
 */
function progress(object: KubeObject): Progress {
  const pod = object as Pod;
  const observed = !tellsGeneration(pod) || isObserved(pod);
  const { phase = 'Pending', containerStatuses = [] } = pod.status ?? {};
  const failure = failureOf(pod);
  const server = isServer(pod);
  const done = server ? isReady(pod) : phase === 'Succeeded';
  const complete = observed && !failure && !isLeaving(pod) && done;
  const ready = containerStatuses.filter((one) => one.ready).length;
  const running = phase === 'Running' || phase === 'Succeeded' ? 1 : 0;
  return {
    observed,
    complete,
    text: server
      ? `${phase}, ${ready} of ${countOf(pod.spec.containers.length, 'container')} ready`
      : phase,
    ...(server ? { serving: { have: complete ? 1 : 0, want: 1 } } : {}),
    advance: observed ? [running, server ? ready : 0, phase === 'Succeeded' ? 1 : 0] : [],
    ...(failure ? { failure } : {}),
  };
}

/** A pod of its own, which nothing replaces: a server, or a task such as a migration. */
export const podRules: KindRules = {
  resource: RESOURCES.pods,
  related: [],
  helpful: [],
  relate: (object) => ({
    pods: [object as Pod],
    newPods: isLeaving(object) ? [] : [object as Pod],
    owned: [],
    dependsOn: [],
  }),
  progress,
  relatedLabels: ({ metadata }) => metadata.labels,
  template: (object) => ({ metadata: object.metadata, spec: (object as Pod).spec }),
  keepsRunning: (object) => isServer(object as Pod),
};
