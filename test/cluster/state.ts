import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@paal/core/errors';
import { z } from 'zod';

const checkout = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

/** The longest socket below the folder, the kubelet's on Linux, and what its path may have in all. */
const [LONGEST_SOCKET, MOST_SOCKET_PATH] =
  process.platform === 'linux'
    ? ['/kubelet/device-plugins/kubelet.sock', 107]
    : ['/control.sock', 103];

export const providers = ['local', 'kwok', 'kind', 'context'] as const;
export type Provider = (typeof providers)[number];

const port = z.int().min(1).max(65_535);

const clusterState = z.object({
  name: z.string(),
  provider: z.enum(providers),
  /** `starting` until everything answered, `stopping` from the first thing that is taken away. */
  phase: z.enum(['starting', 'ready', 'stopping']),
  startedAt: z.iso.datetime(),
  kubectl: z.string(),
  /** Other programs and packages of this cluster by name, as paths. */
  programs: z.record(z.string(), z.string()),
  /** "localhost:PORT" of the registry, once it has one. */
  registry: z.string().optional(),
  apiServerPort: port.optional(),
  /** Only with `context`: the name of the user's own context. */
  context: z.string().optional(),
});

/** What is known about a cluster before and while it exists; a file in the cluster's folder. */
export type ClusterState = Readonly<z.infer<typeof clusterState>>;

/** The state in a file's text; undefined when it is none, as after a crash while writing. */
export function parseState(text: string): ClusterState | undefined {
  try {
    return clusterState.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The folder of all clusters of this user. */
export function clustersDirectory(temporary = tmpdir()): string {
  return join(temporary, `paal-${process.getuid?.() ?? 0}`);
}

/**
 * A cluster's name on this machine: also another checkout, or the same one with another temporary
 * folder, may have a cluster that its user calls `name`.
 */
export function uniqueName(name: string, root = clustersDirectory(), of = checkout): string {
  return `${name}-${createHash('sha256').update(`${of}\n${root}`).digest('hex').slice(0, 8)}`;
}

/**
 * The folder of a cluster of this checkout; everything that the cluster writes is below it.
 * Throws a `UserError` for a name that would not do, or a folder that is too deep for sockets.
 */
export function clusterDirectory(name: string, root = clustersDirectory(), of = checkout): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$/.test(name)) {
    throw new UserError(
      `"${name}" cannot be a cluster's name: it takes 1 to 30 lower-case letters, digits and "-", ` +
        'and starts and ends with a letter or digit.',
    );
  }
  const directory = join(root, uniqueName(name, root, of));
  if (directory.length + LONGEST_SOCKET.length > MOST_SOCKET_PATH) {
    throw new UserError(
      `${directory} is too long a path for Unix sockets: set TMPDIR to a shorter one, such as /tmp.`,
    );
  }
  return directory;
}

/** Makes the folder of all clusters, for nobody but this user, whoever may write beside it. */
export async function makeClustersDirectory(root = clustersDirectory()): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const found = await lstat(root);
  const mine = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  if (!mine || (found.mode & 0o077) !== 0) {
    throw new UserError(
      `${root} is not a folder of yours alone: remove it, or set TMPDIR to another place.`,
    );
  }
}

/** The names of the clusters of this checkout that have a folder, whatever state they are in. */
export async function clusterNames(): Promise<readonly string[]> {
  const root = clustersDirectory();
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const suffix = uniqueName('');
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.endsWith(suffix))
    .map((entry) => entry.name.slice(0, -suffix.length))
    .sort();
}

/** The files and folders of a cluster that more than one part of the harness names. */
export function clusterPaths(directory: string) {
  return {
    state: join(directory, 'state.json'),
    /** For the administrator, from the host. */
    kubeconfig: join(directory, 'kubeconfig'),
    /** The supervisor's control socket. */
    control: join(directory, 'control.sock'),
    /** The socket of the process inside the cluster's namespaces. */
    inside: join(directory, 'inside.sock'),
    logs: join(directory, 'logs'),
    pki: join(directory, 'pki'),
    /** The kubeconfigs of the components. */
    kubeconfigs: join(directory, 'kubeconfigs'),
    services: join(directory, 'services'),
    users: join(directory, 'users'),
    temporary: join(directory, 'tmp'),
  } as const;
}

/** Reads a cluster's state; undefined when there is none. */
export async function readState(directory: string): Promise<ClusterState | undefined> {
  const text = await readFile(clusterPaths(directory).state, 'utf8').catch(() => '');
  return parseState(text);
}

/** Replaces a cluster's state in one step. */
export async function writeState(directory: string, state: ClusterState): Promise<void> {
  const { state: file } = clusterPaths(directory);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
