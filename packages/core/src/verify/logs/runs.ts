import type { ContainerStatus, Pod } from '../../workload/types.ts';
import type { Cursor } from './cursor.ts';
import type { Position } from './entries.ts';

/** How far the log of one container was read. */
export interface ContainerMemory {
  /** Number of its run, from 0: how often it had been restarted before. */
  readonly run: number;
  /** Where the last readings ended, oldest first. */
  readonly cursors: readonly Cursor[];
  readonly position: Position;
}

/** One run of a container whose log is to be read. */
export interface Run {
  readonly container: string;
  readonly run: number;
  readonly previous: boolean;
  readonly cursor: Cursor | undefined;
  /** Whether it goes on where the memory ends; else it is a run that was never read. */
  readonly known: boolean;
}

/** What of a container is to be read, in this order, and how many runs can be read no more. */
export interface Reading {
  readonly runs: readonly Run[];
  readonly lost: number;
}

/** The containers of a pod, those that start it included. */
export function containersOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function hasSpoken({ state, lastState }: ContainerStatus): boolean {
  return Boolean(state?.running ?? state?.terminated ?? lastState?.terminated);
}

/**
 * The last cursor that may be of a run that ended at `finishedAt`. A log is that of the run which there is
 * when it is asked for, and of a restart one hears later: a reading in between was of the next run.
 */
function cursorWithin(
  cursors: readonly Cursor[],
  finishedAt: string | undefined,
): Cursor | undefined {
  if (finishedAt === undefined) return cursors.at(-1);
  const end = Date.parse(finishedAt) + 1_000;
  return cursors.findLast(({ time }) => Date.parse(time) < end);
}

/** The runs of a container that are to be read. Pure. */
export function runsToRead(status: ContainerStatus, memory: ContainerMemory | undefined): Reading {
  const { name: container, restartCount: run = 0, state, lastState } = status;
  if (!hasSpoken(status)) return { runs: [], lost: 0 };
  const current: Run = {
    container,
    run,
    previous: false,
    cursor: memory?.cursors.at(-1),
    known: memory?.run === run,
  };
  if (run === 0 || memory?.run === run) return { runs: [current], lost: 0 };
  const begun = memory ? memory.run : -1;
  // Of a container that waits to be restarted, both logs are that of its last run.
  const isWaiting = !(state?.running ?? state?.terminated);
  const readable = isWaiting ? run : run - 1;
  const lost = Math.max(0, readable - begun - (memory ? 0 : 1));
  if (isWaiting) return { runs: [current], lost };
  const known = begun === run - 1;
  const previous: Run = {
    container,
    run: run - 1,
    previous: true,
    cursor: known
      ? cursorWithin(memory?.cursors ?? [], lastState?.terminated?.finishedAt)
      : undefined,
    known,
  };
  return { runs: [previous, current], lost };
}
