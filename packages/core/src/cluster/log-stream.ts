import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { objectPath, RESOURCES } from './object.ts';

/** A container whose log is followed. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** How a log is followed. */
export interface FollowOptions {
  /** Every line from the first one on, however long, instead of the last ones in short. */
  readonly whole?: boolean;
  /**
   * Whether the container has ended: a stream that ends sooner, such as with the server that gave it,
   * is opened again where it ended. Default: a stream ends with its container.
   */
  readonly isOver?: () => boolean;
}

/** Of a container that has run for long, what was said before is history. */
const LINES_BEFORE = 100;
const LONGEST_LINE = 2_000;
const PAUSE = 1_000;
/** The container's end is often told of a moment after that of its log. */
const PAUSE_AT_END = 250;

function requestFor(
  { namespace, pod, container }: LogSource,
  since: string | undefined,
  whole: boolean,
): KubeRequest {
  const begin = whole ? {} : { tailLines: String(LINES_BEFORE) };
  return {
    method: 'GET',
    path: `${objectPath(RESOURCES.pods, namespace, pod)}/log`,
    query: {
      container,
      follow: 'true',
      timestamps: 'true',
      ...(since === undefined ? begin : { sinceTime: since }),
    },
    purpose: `follow the log of container ${container} of pod ${pod}`,
  };
}

/** The whole lines of a text that comes in pieces; what is cut off at its end is no line. */
async function* wholeLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Whether a refusal is for good: no such pod, no log yet, no permission. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.code < 500 && error.code !== 429;
}

/**
 * The lines of one run of a container as they come, until it ends. A stream that breaks is opened
 * again where it broke: lines are told apart by the time at which the kubelet took them.
 * @throws ApiError when the log may not be read, or is not there
 */
export async function* followLog(
  connection: Connection,
  source: LogSource,
  clock: Clock,
  signal: AbortSignal,
  { whole = false, isOver = () => true }: FollowOptions = {},
): AsyncGenerator<string> {
  let last: string | undefined;
  for (;;) {
    const wasOver = isOver();
    try {
      const pieces = await connection.stream(requestFor(source, last, whole), signal);
      for await (const stamped of wholeLines(pieces)) {
        const space = stamped.indexOf(' ');
        const [time, line] = [stamped.slice(0, space), stamped.slice(space + 1)];
        // The server gives lines from the beginning of the second that was asked for.
        if (space < 0 || (last !== undefined && time <= last)) continue;
        last = time;
        yield whole || line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`;
      }
      if (wasOver) return;
      await clock.sleep(PAUSE_AT_END, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
      await clock.sleep(PAUSE, signal);
    }
  }
}
