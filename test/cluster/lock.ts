import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

interface Owner {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * When the process with this id started, in the system's own units; undefined when there is none.
 * Together with the id it tells a process from a later one that was given the same id.
 */
export function processStartTime(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may itself hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner | undefined): boolean {
  return owner !== undefined && processStartTime(owner.pid) === owner.startTime;
}

/**
 * Creates the lock with its content in one step; false when another process was faster, or has just
 * taken the folder away.
 */
function create(file: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  const owner: Owner = { pid: process.pid, startTime: processStartTime(process.pid) ?? '' };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(owner));
    linkSync(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a lock away whose owner is dead, unless it turns out to be a living one's by now. */
function breakStale(file: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (isAlive(readOwner(aside))) linkSync(aside, file);
  rmSync(aside, { force: true });
}

/** Removes what processes that were killed while they took or broke this lock have left beside it. */
function sweep(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    const left = join(folder, name);
    if (name.startsWith(`${basename(file)}.`) && !isAlive(readOwner(left))) {
      rmSync(left, { force: true });
    }
  }
}

/**
 * Runs `work` while no other process of this machine runs it under the same lock file. A lock whose
 * owner was killed counts for nothing. `onWait` is called once when another process has it; `signal`
 * ends the waiting.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void = () => {},
  signal?: AbortSignal,
): Promise<T> {
  for (let waiting = false; !create(file); ) {
    const owner = readOwner(file);
    if (!isAlive(owner)) {
      breakStale(file);
      continue;
    }
    if (!waiting && owner) onWait(owner.pid);
    waiting = true;
    signal?.throwIfAborted();
    await delay(POLL_MS);
  }
  try {
    sweep(file);
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
