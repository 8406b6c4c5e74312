import type { Connection } from './connection.ts';
import { objectPath, RESOURCES } from './object.ts';

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
