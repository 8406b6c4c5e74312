import type { Clock } from '../clock.ts';
import { hasCode } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import { followLog, type LogSource } from '../cluster/log-stream.ts';
import { errorMessage } from '../errors.ts';
import type { ContainerStatus, Pod } from '../workload/types.ts';
import type { Standing } from './tracker.ts';

/** One run of a container that has begun; the next one after a restart has another key. */
export interface ContainerRun extends LogSource {
  readonly key: string;
}

/** More logs than this nobody reads side by side. */
const MOST_AT_ONCE = 10;
/** Of one run of a container; what is said afterwards is in the cluster's own logs. */
const MOST_LINES = 2_000;

function hasBegun({ state }: ContainerStatus): boolean {
  return state?.running !== undefined || state?.terminated !== undefined;
}

function runsOf(pod: Pod): readonly ContainerRun[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const { name, uid, namespace = '' } = pod.metadata;
  return [...initContainerStatuses, ...containerStatuses]
    .filter(hasBegun)
    .map(({ name: container, restartCount = 0 }) => ({
      key: `${uid}/${container}/${restartCount}`,
      namespace,
      pod: name,
      container,
    }));
}

/** The runs of containers of new pods that have begun. Pure. */
export function runsToFollow(standings: readonly Standing[]): readonly ContainerRun[] {
  return standings.flatMap(({ observation }) => observation.related.newPods.flatMap(runsOf));
}

/** Shows the logs of the new pods of a rollout. */
export interface PodLogs {
  /** How everything stands now. */
  see(standings: readonly Standing[]): void;
  /** Ends all streams. */
  close(): Promise<void>;
}

/**
 * Begins to show the logs of new pods, each line with its pod and container. That a log cannot be had
 * is said, and changes nothing else.
 */
export function showPodLogs(tools: {
  readonly connection: Connection;
  readonly print: (line: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): PodLogs {
  const { connection, print, clock } = tools;
  const stop = new AbortController();
  const signal = AbortSignal.any([tools.signal, stop.signal]);
  const met = new Set<string>();
  const open = new Set<Promise<void>>();
  let denied = false;
  let full = false;

  const show = async (run: ContainerRun): Promise<void> => {
    const name = `[${run.pod} ${run.container}]`;
    let count = 0;
    try {
      for await (const line of followLog(connection, run, clock, signal)) {
        print(`${name} ${line}`);
        count += 1;
        if (count < MOST_LINES) continue;
        print(`${name} … no more than ${MOST_LINES} lines are shown`);
        return;
      }
    } catch (error) {
      if (signal.aborted || hasCode(error, 404)) return;
      const first = !denied;
      denied ||= hasCode(error, 403);
      if (first) print(`${name} ${errorMessage(error)}`);
    }
  };

  return {
    see: (standings) => {
      for (const run of runsToFollow(standings)) {
        if (denied || signal.aborted || met.has(run.key)) continue;
        if (open.size >= MOST_AT_ONCE) {
          if (!full) print(`The logs of ${MOST_AT_ONCE} containers at a time are shown.`);
          full = true;
          return;
        }
        met.add(run.key);
        const showing = show(run).finally(() => open.delete(showing));
        open.add(showing);
      }
    },
    close: async () => {
      stop.abort();
      await Promise.all(open);
    },
  };
}
