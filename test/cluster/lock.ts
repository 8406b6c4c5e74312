import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
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

/** Creates the lock with its content in one step; false when another process was faster. */
function create(file: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  const owner: Owner = { pid: process.pid, startTime: processStartTime(process.pid) ?? '' };
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft);
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
  rmSync(aside);
}

/**
 * Runs `work` while no other process of this machine runs it under the same lock file. A lock whose
 * owner was killed counts for nothing. `onWait` is called once when another process has it.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void = () => {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let waiting = false; !create(file); ) {
    const owner = readOwner(file);
    if (!isAlive(owner)) {
      breakStale(file);
      continue;
    }
    if (!waiting && owner) onWait(owner.pid);
    waiting = true;
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
