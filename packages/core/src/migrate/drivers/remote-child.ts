import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';

/** How a process ended. */
export interface Ended {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** Milliseconds for which the output of a process is read on that has ended. */
const AFTERWARDS = 1_000;

function readLines(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return Promise.resolve();
  return new Promise((resolve) => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
      .on('line', onLine)
      .on('close', resolve);
  });
}

/**
 * Passes on the lines that `child` prints, as they come, until it has ended. What it started and
 * left behind may keep its output open; that is not waited for.
 * @throws what stood in the way of its start
 */
export async function followChild(
  child: ChildProcess,
  { onOut, onErr }: { onOut(line: string): void; onErr(line: string): void },
  clock: Clock,
): Promise<Ended> {
  const output = Promise.all([readLines(child.stdout, onOut), readLines(child.stderr, onErr)]);
  const ended = await new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
  const late = new AbortController();
  await Promise.race([output, clock.sleep(AFTERWARDS, late.signal).catch(() => {})]);
  late.abort();
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  return ended;
}
