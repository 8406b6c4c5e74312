import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';

/** A script for bash, as in `run:` of a step. */
export interface Command {
  readonly script: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds until it is stopped. */
  readonly timeout: number;
}

/** How a command ended. */
export interface CommandEnd {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Whether it was stopped, because its time was over. */
  readonly late: boolean;
  /** The last lines that it printed, on either stream. */
  readonly lines: readonly string[];
}

const LAST_LINES = 40;
const LONGEST_LINE = 500;
/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE = 5_000;
const POLL = 50;
/** Milliseconds for which output is read on of a command that has ended. */
const AFTERWARDS = 500;

/** Keeps the last lines of a stream; a line without an end is cut, so that it needs no memory. */
function keepLines(stream: Readable, lines: string[]): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
      .on('line', (line) => {
        lines.push(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
        if (lines.length > LAST_LINES) lines.shift();
      })
      .on('close', resolve);
  });
}

/** Sends a signal to a process group; gives whether it is still there. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a process group, whatever of it is still there: SIGTERM, and SIGKILL 5 s later. */
async function endGroup(group: number, clock: Clock): Promise<void> {
  if (!signalGroup(group, 'SIGTERM')) return;
  for (let waited = 0; waited < GRACE; waited += POLL) {
    await clock.sleep(POLL);
    if (!signalGroup(group, 0)) return;
  }
  signalGroup(group, 'SIGKILL');
}

/**
 * Runs a command by bash as a step of a workflow does
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell),
 * in a process group of its own. Nothing of the group is left when this gives its end: not what the command
 * has left behind, and not when its time is over or `signal` is aborted.
 * @throws the reason of `signal` once it is aborted; what stood in the way of the start of bash
 */
export async function runCommand(
  { script, directory, environment, timeout }: Command,
  clock: Clock,
  signal: AbortSignal,
): Promise<CommandEnd> {
  signal.throwIfAborted();
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const output = Promise.all([child.stdout, child.stderr].map((one) => keepLines(one, lines)));
  const ended = new Promise<Pick<CommandEnd, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, by) => resolve({ code: code ?? undefined, signal: by ?? undefined }));
  });
  const over = new AbortController();
  const limit = clock.sleep(timeout, AbortSignal.any([signal, over.signal])).then(
    () => 'late' as const,
    () => 'stopped' as const,
  );
  try {
    const first = await Promise.race([ended, limit]);
    const { pid } = child;
    if (pid !== undefined) await endGroup(pid, clock);
    const end = await ended;
    const afterwards = clock.sleep(AFTERWARDS, over.signal).catch(() => undefined);
    await Promise.race([output, afterwards]);
    signal.throwIfAborted();
    return { ...end, late: first === 'late', lines };
  } finally {
    over.abort();
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  }
}
