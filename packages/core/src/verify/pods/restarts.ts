import { describeExit } from '../../workload/kinds/exit.ts';
import type { Container, ContainerStatus, Pod, Termination } from '../../workload/types.ts';
import { found } from './findings.ts';
import { containersOf, standingOf } from './standing.ts';
import type { Finding } from './sum-up.ts';

/** How often each container had ended when it was first seen; by {@link keyOf}. */
export type Baseline = ReadonlyMap<string, number>;

function keyOf(pod: Pod, { name }: ContainerStatus): string {
  return `${pod.metadata.uid ?? pod.metadata.name}/${name}`;
}

/** Containers by name, with what their template says of them. */
function specOf({ spec }: Pod, name: string): Container | undefined {
  return [...spec.containers, ...(spec.initContainers ?? [])].find((one) => one.name === name);
}

/** Whether it runs as long as the pod, so that each of its ends is one too many. */
function keepsRunning(pod: Pod, { name }: ContainerStatus): boolean {
  const isInit = (pod.spec.initContainers ?? []).find((one) => one.name === name);
  if (isInit) return isInit.restartPolicy === 'Always';
  return (pod.spec.restartPolicy ?? 'Always') === 'Always';
}

/**
 * How often a container has ended and was, or will be, started again. One that waits for its next start
 * has a `restartCount` without its last end.
 */
function endsOf(pod: Pod, status: ContainerStatus): number {
  const { restartCount = 0, state = {}, lastState } = status;
  const last = state.terminated ?? (state.running ? undefined : lastState?.terminated);
  const counts = last !== undefined && (last.exitCode !== 0 || keepsRunning(pod, status));
  return restartCount + (counts ? 1 : 0);
}

function lastExit({ state, lastState }: ContainerStatus): Termination | undefined {
  return state?.terminated ?? lastState?.terminated;
}

function memoryLimit(container: Container | undefined): string | undefined {
  const { limits } = (container?.resources ?? {}) as {
    readonly limits?: { readonly memory?: string };
  };
  return limits?.memory;
}

/** What the first look at some pods is remembered as. Pure. */
export function baselineOf(pods: readonly Pod[]): Baseline {
  return new Map(
    pods.flatMap((pod) =>
      containersOf(pod).map((status) => [keyOf(pod, status), endsOf(pod, status)] as const),
    ),
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** The restarts of one container, as a sentence that begins with it. */
function describe(pod: Pod, status: ContainerStatus, since: number, all: number): string {
  const before = all > since ? ` (${all} since it was created)` : '';
  const exit = lastExit(status);
  const how = exit ? `, last it ${describeExit(exit, memoryLimit(specOf(pod, status.name)))}` : '';
  return `container ${status.name} restarted ${times(since)}${before}${how}`;
}

/** The restarts of new pods. */
export interface Restarts {
  readonly findings: readonly Finding[];
  /** Of all containers together. */
  readonly total: number;
}

/**
 * What restarts since the baseline mean, pod by pod; a container that the baseline does not have counts
 * from its start. Pods that end by no fault of their own are left out. Pure.
 * @param max so many of each container are tolerated
 */
export function judgeRestarts(pods: readonly Pod[], baseline: Baseline, max: number): Restarts {
  let total = 0;
  const staying = pods.filter((pod) => standingOf(pod, new Set()) !== 'gone');
  const findings = staying.map((pod): Finding => {
    const restarted = containersOf(pod).flatMap((status) => {
      const all = endsOf(pod, status);
      const since = all - (baseline.get(keyOf(pod, status)) ?? 0);
      return since > 0 ? [{ status, since, text: describe(pod, status, since, all) }] : [];
    });
    total += restarted.reduce((sum, { since }) => sum + since, 0);
    const subject = pod.metadata.name;
    const excess = restarted.filter(({ since }) => since > max);
    const [first] = excess;
    if (!first) {
      const message = restarted.map(({ text }) => text).join(', ') || 'no restarts';
      return {
        subject,
        observation: { outcome: 'succeeded', retry: true, value: message, message },
      };
    }
    const oom = excess.some(({ status }) => lastExit(status)?.reason === 'OOMKilled');
    const log = `kubectl logs ${subject} -c ${first.status.name} --previous`;
    const hint = oom
      ? `Give it more memory, or look for what takes it; "${log}" has its last lines.`
      : `What it said last is in "${log}".`;
    const message = excess.map(({ text }) => text).join(', ');
    return { subject, observation: found('failed', 'restarted', message, hint) };
  });
  return { findings, total };
}
