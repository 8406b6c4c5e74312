import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseHierarchies, processesIn } from '../cluster/cgroups.ts';
import { processStartTime } from '../cluster/lock.ts';
import { MARKER } from '../cluster/processes-of.ts';
import { controlGroupOf } from '../cluster/teardown.ts';

/** Where container runtimes, network plugins and kubelets leave things on a machine. */
const FOLDERS = [
  ...['/run', '/run/netns', '/run/containerd', '/var/log', '/var/log/pods', '/var/log/containers'],
  ...['/var/lib', '/var/lib/cni', '/var/lib/containerd', '/var/lib/kubelet', '/etc/cni/net.d'],
];
/** What a kubelet sets for a whole machine. */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
];

async function list(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name)).sort();
}

/** What of this machine a cluster could have changed for good, beside its own folder. Linux only. */
export async function machineTraces() {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  const settings = SETTINGS.map(async (name) => [
    name,
    (await readFile(`/proc/sys/${name}`, 'utf8')).trim(),
  ]);
  return {
    mounts: mountinfo.split('\n').map((line) => line.split(' ').slice(3).join(' ')),
    interfaces: await list('/sys/class/net'),
    addresses: networkInterfaces(),
    files: (await Promise.all(FOLDERS.map(list))).flat(),
    settings: Object.fromEntries(await Promise.all(settings)),
  };
}

/** The control groups of the cluster in a folder, one for each hierarchy that has it. */
export async function controlGroups(directory: string): Promise<readonly string[]> {
  const hierarchies = parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8'));
  return hierarchies
    .map(({ mountPoint }) => join(mountPoint, controlGroupOf(directory)))
    .filter((path) => existsSync(path));
}

interface Process {
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly command: string;
  readonly namespaces: readonly string[];
}

const NAMESPACES = ['net', 'mnt', 'pid'];

async function describe(pid: number): Promise<Process> {
  const links = NAMESPACES.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => ''));
  const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return {
    pid,
    startTime: processStartTime(pid),
    command: command.trim(),
    namespaces: await Promise.all(links),
  };
}

async function allProcesses(): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  return await Promise.all(pids.map(describe));
}

async function marked(pid: number, directory: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`${MARKER}=${directory}`);
}

/** What runs for a cluster, pods included. */
export interface Footprint {
  readonly processes: readonly Process[];
  /** The namespaces that are not this machine's own, such as "net:[4026532345]". */
  readonly namespaces: readonly string[];
}

/** The processes of the cluster in a folder, and the namespaces in which they are. Linux only. */
export async function footprint(directory: string): Promise<Footprint> {
  const ours = new Set((await describe(process.pid)).namespaces);
  const all = await allProcesses();
  const isMarked = await Promise.all(all.map(({ pid }) => marked(pid, directory)));
  const containers = await processesIn(controlGroupOf(directory));
  const own = all.filter(({ pid }, index) => isMarked[index] || containers.includes(pid));
  const entered = new Set(
    own.flatMap((one) => one.namespaces).filter((one) => one !== '' && !ours.has(one)),
  );
  const processes = all.filter(
    (one) => own.includes(one) || one.namespaces.some((name) => entered.has(name)),
  );
  const namespaces = processes.flatMap((one) => one.namespaces);
  return {
    processes,
    namespaces: [...new Set(namespaces)].filter((one) => one !== '' && !ours.has(one)).sort(),
  };
}

/** Whether a process has ended, and only waits for its parent to take notice (man 5 proc). */
async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** The processes of a footprint that still run, as "PID COMMAND". */
export async function remains({ processes }: Footprint): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { pid, startTime, command } of processes) {
    if (startTime === undefined || processStartTime(pid) !== startTime) continue;
    if (!(await isZombie(pid))) left.push(`${pid} ${command}`);
  }
  return left;
}
