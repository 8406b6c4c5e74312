import { readdir, readFile, readlink } from 'node:fs/promises';
import { execa } from 'execa';
import { processStartTime } from './lock.ts';

/** An environment variable that every process of a cluster inherits, and nothing else has. */
export const MARKER = 'PAAL_CLUSTER_DIRECTORY';

interface FoundProcess {
  readonly pid: number;
  readonly startTime: string | undefined;
}

async function processIds(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

async function hasMarker(pid: number, directory: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`${MARKER}=${directory}`);
}

/** The process ids in the output of `ps -o pid=,command=` whose line ends a word with the marker. */
export function parseMarked(listing: string, directory: string): readonly number[] {
  return listing
    .split('\n')
    .filter((line) => line.split(' ').includes(`${MARKER}=${directory}`))
    .map((line) => Number.parseInt(line.trim(), 10));
}

async function markedProcesses(directory: string): Promise<readonly FoundProcess[]> {
  let pids: readonly number[];
  if (process.platform === 'linux') {
    const all = await processIds();
    const marked = await Promise.all(all.map((pid) => hasMarker(pid, directory)));
    pids = all.filter((_, index) => marked[index]);
  } else {
    const { stdout } = await execa('ps', ['-AEww', '-o', 'pid=,command=']);
    pids = parseMarked(stdout, directory);
  }
  return pids
    .filter((pid) => pid !== process.pid)
    .map((pid) => ({ pid, startTime: processStartTime(pid) }));
}

async function processNamespace(pid: number | 'self'): Promise<string | undefined> {
  return await readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

/** The namespaces, other than ours, that processes of a cluster have made for themselves. */
async function foreignNamespaces(found: readonly FoundProcess[]): Promise<ReadonlySet<string>> {
  const own = await processNamespace('self');
  const all = await Promise.all(found.map(({ pid }) => processNamespace(pid)));
  return new Set(all.filter((one) => one !== undefined && one !== own).map(String));
}

/** Kills a process unless its id has gone to another one since it was found. */
function kill({ pid, startTime }: FoundProcess): void {
  if (startTime === undefined || processStartTime(pid) !== startTime) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}

/**
 * Kills every process that has the marker of this cluster folder, and gives those that are still
 * there: killed but not gone yet, or not marked but in a process namespace of a marked one.
 */
export class ClusterProcesses {
  private readonly directory: string;
  private namespaces: ReadonlySet<string> = new Set();

  constructor(directory: string) {
    this.directory = directory;
  }

  async killAll(): Promise<readonly number[]> {
    const marked = await markedProcesses(this.directory);
    this.namespaces = new Set([...this.namespaces, ...(await foreignNamespaces(marked))]);
    for (const found of marked) kill(found);
    const dying = await this.inNamespaces();
    return [...new Set([...marked.map(({ pid }) => pid), ...dying])];
  }

  private async inNamespaces(): Promise<readonly number[]> {
    if (this.namespaces.size === 0) return [];
    const all = await processIds();
    const theirs = await Promise.all(all.map(processNamespace));
    return all.filter((_, index) => this.namespaces.has(theirs[index] ?? ''));
  }
}
