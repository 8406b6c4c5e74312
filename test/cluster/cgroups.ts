import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const REMOVAL_MS = 20_000;
const POLL_MS = 20;

/** Where a control group hierarchy is mounted, and whether it is the unified one of version 2. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly unified: boolean;
}

/** The control group hierarchies among the mounts of a `/proc/PID/mountinfo` (man 5 proc). */
export function parseHierarchies(mountinfo: string): readonly Hierarchy[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [place = '', source = ''] = line.split(' - ');
    const [type] = source.split(' ');
    const mountPoint = place.split(' ')[4];
    if (mountPoint === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
    return [{ mountPoint, unified: type === 'cgroup2' }];
  });
}

async function hierarchies(): Promise<readonly Hierarchy[]> {
  return parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

async function read(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}

/** Version 1 keeps a new cpuset empty, and an empty one takes no process. */
async function inheritCpuset(parent: string, group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = await read(join(parent, file));
    if (inherited !== '') await writeFile(join(group, file), inherited);
  }
}

/** Version 2 gives a group only the controllers that its parent hands down. */
async function handDownControllers(group: string): Promise<void> {
  for (const controller of (await read(join(group, 'cgroup.controllers'))).split(' ')) {
    await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(() => {
      // The kubelet names the controllers that it misses; the others are not needed.
    });
  }
}

/** Makes the group `/name` in every hierarchy of this machine. */
export async function createControlGroup(name: string): Promise<void> {
  for (const { mountPoint, unified } of await hierarchies()) {
    const group = join(mountPoint, name);
    if (unified) await handDownControllers(mountPoint);
    await mkdir(group, { recursive: true });
    if (unified) await handDownControllers(group);
    else await inheritCpuset(mountPoint, group);
  }
}

async function withDescendants(group: string): Promise<readonly string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return [];
  const children = entries.filter((entry) => entry.isDirectory());
  const below = await Promise.all(children.map((one) => withDescendants(join(group, one.name))));
  return [...below.flat(), group];
}

/** The groups `/name` and below of all hierarchies, every child before its parent. */
async function groupsBelow(name: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await hierarchies()).map(({ mountPoint }) => withDescendants(join(mountPoint, name))),
  );
  return found.flat();
}

/** The ids of the processes in the group `/name` or below it. */
export async function processesIn(name: string): Promise<readonly number[]> {
  const lists = await Promise.all(
    (await groupsBelow(name)).map((group) => read(join(group, 'cgroup.procs'))),
  );
  return [...new Set(lists.flatMap((list) => list.split('\n')))].filter(Boolean).map(Number);
}

/** Lets frozen processes run on, as without that not even SIGKILL reaches them. */
export async function thaw(name: string): Promise<void> {
  for (const group of await groupsBelow(name)) {
    await writeFile(join(group, 'freezer.state'), 'THAWED', { flag: 'r+' }).catch(() => {});
    await writeFile(join(group, 'cgroup.freeze'), '0', { flag: 'r+' }).catch(() => {});
  }
}

/** Removes the group `/name` with all below it from every hierarchy, once its processes are gone. */
export async function removeControlGroup(name: string): Promise<void> {
  const deadline = performance.now() + REMOVAL_MS;
  for (;;) {
    let busy: unknown;
    for (const group of await groupsBelow(name)) {
      await rmdir(group).catch((error: unknown) => {
        busy = error;
      });
    }
    if ((await groupsBelow(name)).length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`The control group ${name} could not be removed`, { cause: busy });
    }
    await delay(POLL_MS);
  }
}
