import pLimit from 'p-limit';
import { ApiError, hasCode } from '../../cluster/api-error.ts';
import type { Connection } from '../../cluster/connection.ts';
import { type LogPart, type LogRange, readLogRange } from '../../cluster/logs.ts';
import { formatDuration } from '../../config/duration.ts';
import { errorMessage, UserError } from '../../errors.ts';
import type { Pod } from '../../workload/types.ts';
import { newsOf } from './cursor.ts';
import { BEGINNING, entriesOf } from './entries.ts';
import type { SaidLine } from './kinds.ts';
import { isAtLeast, type Severity } from './level.ts';
import { type ContainerMemory, containersOf, type Run, runsToRead } from './runs.ts';

/** Of all containers of a pod together, in one measurement; each has an equal share. */
const MOST_BYTES = 1024 * 1024;
const MOST_AT_ONCE = 8;
const MOST_CURSORS = 5;

/** What was read of a pod. */
export interface PodReading {
  readonly pod: string;
  readonly uid: string;
  /** Lines of the level that is asked for, or worse. */
  readonly counting: readonly SaidLine[];
  /** How many lines there were, of any level. */
  readonly lines: number;
  /** When the first and the last of them were taken; milliseconds since 1970. */
  readonly span: readonly [first: number, last: number] | undefined;
  /** Whether there is more than was read. */
  readonly behind: boolean;
  /** What is to be said about it, one phrase each. */
  readonly remarks: readonly string[];
  /** Why a log of it could not be had; a sentence. */
  readonly trouble: string | undefined;
}

/** How logs are asked for. */
export interface LogTools {
  readonly connection: Connection;
  readonly namespace: string;
  /** Milliseconds for one request. */
  readonly timeout: number;
}

/** A log that is not there: of a pod that is gone, or of a container that has not begun. */
function isAbsent(error: unknown): boolean {
  return hasCode(error, 404) || hasCode(error, 400);
}

/**
 * One request for a part of a log; `undefined` where there is none.
 * @throws UserError when it cannot be had, or not in time
 */
export async function askLog(
  { connection, namespace, timeout }: LogTools,
  range: Omit<LogRange, 'namespace'>,
  signal: AbortSignal,
): Promise<LogPart | undefined> {
  const late = AbortSignal.timeout(Math.max(1, Math.round(timeout)));
  try {
    const within = AbortSignal.any([signal, late]);
    return await readLogRange(connection, { ...range, namespace }, within);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) {
      throw new UserError(
        `The log of container ${range.container} of pod ${range.pod} did not come within ${formatDuration(timeout)}.`,
        { cause: error },
      );
    }
    if (error instanceof ApiError && isAbsent(error)) return undefined;
    throw error;
  }
}

/** What of one pod has come together. */
interface Draft {
  counting: SaidLine[];
  lines: number;
  span: [number, number] | undefined;
  behind: boolean;
  readonly remarks: string[];
}

/** The logs of pods, each line of them once. */
export interface PodsReader {
  /** Reads what is new of `pods`. Rejects only when `signal` is aborted, or through a bug. */
  read(pods: readonly Pod[], signal: AbortSignal): Promise<readonly PodReading[]>;
}

/** Nothing has been read yet. */
export function openPodsReader(tools: LogTools, level: Severity): PodsReader {
  const memories = new Map<string, ContainerMemory>();
  const inTurn = pLimit(MOST_AT_ONCE);

  const readRun = async (
    pod: string,
    key: string,
    { container, run, previous, cursor, known }: Run,
    limitBytes: number,
    draft: Draft,
    signal: AbortSignal,
  ): Promise<LogPart> => {
    const range = {
      pod,
      container,
      previous,
      limitBytes,
      ...(cursor ? { sinceTime: cursor.time } : {}),
    };
    const part = (await askLog(tools, range, signal)) ?? { lines: [], bytes: 0, cut: false };
    const news = newsOf(part, cursor);
    const memory = memories.get(key);
    const texts = news.lines.map(({ text }) => text);
    const { entries, position } = entriesOf(texts, known ? memory?.position : BEGINNING);
    const from = `${container} of ${pod}`;
    const bad = entries.filter(({ severity }) => isAtLeast(severity, level));
    draft.counting.push(...bad.map(({ text }) => ({ text, from })));
    draft.lines += news.lines.length;
    draft.behind ||= part.cut;
    if (news.skipped) draft.remarks.push(`lines of ${from} were left out: too many in one second`);
    const times = news.lines.map(({ time }) => Date.parse(time));
    const [first, last] = [times[0], times.at(-1)];
    if (first !== undefined && last !== undefined) {
      draft.span = [
        Math.min(first, draft.span?.[0] ?? first),
        Math.max(last, draft.span?.[1] ?? last),
      ];
    }
    const cursors = [...(memory?.cursors ?? []), ...(news.cursor ? [news.cursor] : [])];
    // The present run of a container is of the next number once the one before it is read to its end.
    const ended = previous && !part.cut;
    memories.set(key, {
      run: ended ? run + 1 : run,
      cursors: cursors.slice(-MOST_CURSORS),
      position: ended ? BEGINNING : position,
    });
    return part;
  };

  const readPod = async (pod: Pod, signal: AbortSignal): Promise<PodReading> => {
    const { name, uid = name } = pod.metadata;
    const draft: Draft = {
      counting: [],
      lines: 0,
      span: undefined,
      behind: false,
      remarks: [],
    };
    let trouble: string | undefined;
    try {
      const containers = containersOf(pod);
      for (const status of containers) {
        const key = `${uid}/${status.name}`;
        const { runs, lost } = runsToRead(status, memories.get(key));
        if (lost > 0) {
          draft.remarks.push(
            `${lost === 1 ? 'an earlier run' : `${lost} earlier runs`} of ${status.name} of ${name} can be read no more`,
          );
        }
        let left = Math.floor(MOST_BYTES / containers.length);
        for (const run of runs) {
          const { bytes, cut } = await readRun(name, key, run, left, draft, signal);
          if (cut) break;
          left -= bytes;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      trouble = errorMessage(error);
    }
    const { counting, lines, span, behind, remarks } = draft;
    return { pod: name, uid, counting, lines, span, behind, remarks, trouble };
  };

  return {
    read: async (pods, signal) =>
      await Promise.all(pods.map((pod) => inTurn(() => readPod(pod, signal)))),
  };
}
