import type { ContainerStatus, Pod, Termination } from '../workload/types.ts';

/** What has been seen of one container of one new pod. Times are on our own clock. */
export interface ContainerMemory {
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  /** An init container that has to end before the pod goes on. */
  readonly init: boolean;
  /** How often it has exited since we first saw it. */
  readonly exits: number;
  /** Exits before it was first seen, where it was well then. */
  readonly baseline: number;
  readonly lastExit: Termination | undefined;
  readonly running: boolean;
  readonly ready: boolean;
  /** An image that could not be pulled, while that lasts. */
  readonly pull: WaitingMemory | undefined;
  /** A configuration that is missing or wrong, while that lasts. */
  readonly config: WaitingMemory | undefined;
}

/** A container that waits for a reason that does not go away by itself. */
export interface WaitingMemory {
  readonly since: number;
  readonly reason: string;
  /** The most telling message so far: back-offs repeat less than the first refusal said. */
  readonly message: string;
}

const PULL_REASONS =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/;
const CONFIG_REASONS = /^(CreateContainerConfigError|CreateContainerError)$/;
/** The kubelet's caches are still cold; that passes (kubernetes/kubernetes#74755). */
const COLD_CACHE = /failed to sync .* cache/;

function waitingFor(
  before: WaitingMemory | undefined,
  status: ContainerStatus,
  reasons: RegExp,
  now: number,
): WaitingMemory | undefined {
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  if (!reasons.test(reason) || COLD_CACHE.test(message)) return undefined;
  const telling = !before || (message !== '' && !/BackOff$/.test(reason));
  return {
    since: before?.since ?? now,
    reason: before && /BackOff$/.test(reason) ? before.reason : reason,
    message: telling ? message : before.message,
  };
}

function remember(
  before: ContainerMemory | undefined,
  pod: Pod,
  status: ContainerStatus,
  init: boolean,
  now: number,
): ContainerMemory {
  const current = status.state?.terminated;
  const last = status.lastState?.terminated;
  // What does a piece of work ends well; what serves does not end.
  const works = init || (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  const done = works && current?.exitCode === 0;
  const ended = current ?? (status.state?.running ? undefined : last);
  // restartCount is the number of starts after the first; a run that has ended is one exit more.
  const total = (status.restartCount ?? 0) + (ended && !done ? 1 : 0);
  const ready = done || (status.ready ?? false);
  const baseline = before?.baseline ?? (ready ? total : 0);
  return {
    pod: pod.metadata.name,
    podUid: pod.metadata.uid ?? '',
    container: status.name,
    init,
    exits: total - baseline,
    baseline,
    lastExit: (done ? undefined : current) ?? last ?? before?.lastExit,
    running: status.state?.running !== undefined,
    ready,
    pull: waitingFor(before?.pull, status, PULL_REASONS, now),
    config: waitingFor(before?.config, status, CONFIG_REASONS, now),
  };
}

/**
 * What is remembered of the containers of `pods`, which are the new ones, after one more look; with
 * `keep` also of those that are gone.
 */
export function rememberContainers(
  before: ReadonlyMap<string, ContainerMemory>,
  pods: readonly Pod[],
  keep: boolean,
  now: number,
): ReadonlyMap<string, ContainerMemory> {
  const containers = new Map<string, ContainerMemory>(keep ? before : []);
  for (const pod of pods) {
    const sidecars = new Set(
      (pod.spec.initContainers ?? [])
        .filter(({ restartPolicy }) => restartPolicy === 'Always')
        .map(({ name }) => name),
    );
    const lists = [
      [pod.status?.initContainerStatuses ?? [], true],
      [pod.status?.containerStatuses ?? [], false],
    ] as const;
    for (const [statuses, initList] of lists) {
      for (const status of statuses) {
        const key = `${pod.metadata.uid}/${status.name}`;
        const init = initList && !sidecars.has(status.name);
        containers.set(key, remember(before.get(key), pod, status, init, now));
      }
    }
  }
  return containers;
}

/** Whether a new pod restarted or lost its readiness; one that is gone or going is no disturbance. */
export function disturbed(
  before: ReadonlyMap<string, ContainerMemory>,
  after: ReadonlyMap<string, ContainerMemory>,
): boolean {
  return [...after].some(([key, container]) => {
    const earlier = before.get(key);
    if (!earlier) return false;
    return container.exits > earlier.exits || (earlier.ready && !container.ready);
  });
}
