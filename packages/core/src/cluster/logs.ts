import type { Connection } from './connection.ts';
import { objectPath, RESOURCES } from './object.ts';
import { brokenAnswer } from './unreachable.ts';

/** Which lines of a container's log are wanted. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one: the one that crashed. */
  readonly previous: boolean;
  readonly lines: number;
}

/** A line of a log may be a whole stack dump; nobody reads more of it than this. */
const LONGEST_LINE = 2_000;
const MOST_BYTES = 64 * 1024;

/**
 * The last lines of a container's log, oldest first.
 * @throws ApiError when the server has none, or may not give it
 */
export async function readLog(
  connection: Connection,
  request: LogRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const chunks = await connection.stream(
    {
      method: 'GET',
      path: `${objectPath(RESOURCES.pods, request.namespace, request.pod)}/log`,
      query: {
        container: request.container,
        tailLines: String(request.lines),
        limitBytes: String(MOST_BYTES),
        ...(request.previous ? { previous: 'true' } : {}),
      },
      purpose: `read the log of container ${request.container} of pod ${request.pod}`,
    },
    signal,
  );
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
}

/** Which part of a container's log is wanted, with the kubelet's own times. */
export interface LogRange {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one. */
  readonly previous: boolean;
  /** From the beginning of this second on, by the kubelet's clock; default: from the first line on. */
  readonly sinceTime?: string;
  /** Only what was said in so many seconds up to now, by the kubelet's clock. */
  readonly sinceSeconds?: number;
  /** Only the last so many lines. */
  readonly tailLines?: number;
  /** So many bytes at most, of the oldest lines of the range. */
  readonly limitBytes: number;
}

/** A line, and when the kubelet took it: in UTC, to the nanosecond, so that texts compare as times do. */
export interface StampedLine {
  readonly time: string;
  readonly text: string;
}

/** A part of a log, oldest line first. */
export interface LogPart {
  readonly lines: readonly StampedLine[];
  readonly bytes: number;
  /** Whether the range has more lines; one that was cut off is left out, unless it is the only one. */
  readonly cut: boolean;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?/;

/** A line as it comes with `timestamps`; `undefined` for one without, which is no line of the container. */
export function stampedLine(line: string): StampedLine | undefined {
  const [stamp, seconds = '', fraction = '', zone = ''] = STAMP.exec(line) ?? [];
  if (stamp === undefined) return undefined;
  const utc = zone === 'Z' ? seconds : new Date(seconds + zone).toISOString().slice(0, 19);
  return { time: `${utc}.${fraction.padEnd(9, '0')}Z`, text: line.slice(stamp.length) };
}

/**
 * A part of a container's log. A line is taken whole, however long.
 * @throws ApiError when the server has none, or may not give it; UnreachableError
 */
export async function readLogRange(
  connection: Connection,
  range: LogRange,
  signal: AbortSignal,
): Promise<LogPart> {
  const { namespace, pod, container, previous, sinceTime, sinceSeconds, tailLines } = range;
  const purpose = `read the log of container ${container} of pod ${pod}`;
  const pieces = await connection.stream(
    {
      method: 'GET',
      path: `${objectPath(RESOURCES.pods, namespace, pod)}/log`,
      query: {
        container,
        timestamps: 'true',
        limitBytes: String(range.limitBytes),
        ...(previous ? { previous: 'true' } : {}),
        ...(sinceTime === undefined ? {} : { sinceTime }),
        ...(sinceSeconds === undefined ? {} : { sinceSeconds: String(sinceSeconds) }),
        ...(tailLines === undefined ? {} : { tailLines: String(tailLines) }),
      },
      purpose,
    },
    signal,
  );
  let text = '';
  try {
    for await (const piece of pieces) text += piece;
  } catch (error) {
    signal.throwIfAborted();
    throw brokenAnswer(connection.server, purpose, error);
  }
  const bytes = Buffer.byteLength(text);
  const cut = bytes >= range.limitBytes;
  const all = text.split('\n');
  const whole = cut && all.length > 1 ? all.slice(0, -1) : all;
  return { lines: whole.flatMap((line) => stampedLine(line) ?? []), bytes, cut };
}
