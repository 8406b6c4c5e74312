import { constants } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { narrate, type Progress } from '../progress.ts';
import { findExecutable } from './look-up.ts';

interface Package {
  /** The executable by which the package is recognised, however it got there. */
  readonly executable: string;
  /** What apt-get installs, where the package brings more than one executable. */
  readonly from?: string;
  /** Folders beside PATH where distributions put it. */
  readonly folders?: readonly string[];
  /** The service that it would leave running on the machine. */
  readonly service?: string;
}

const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** Debian packages that the cluster, its services and tests use; their services are never started. */
export const packages = {
  containerd: { executable: 'containerd', service: 'containerd' },
  runc: { executable: 'runc' },
  'containernetworking-plugins': {
    executable: 'ptp',
    folders: ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'],
  },
  iproute2: { executable: 'ip' },
  nftables: { executable: 'nft' },
  skopeo: { executable: 'skopeo' },
  buildah: { executable: 'buildah' },
  prometheus: { executable: 'prometheus', service: 'prometheus' },
  promtool: { executable: 'promtool', from: 'prometheus', service: 'prometheus' },
  'prometheus-alertmanager': {
    executable: 'prometheus-alertmanager',
    service: 'prometheus-alertmanager',
  },
  'prometheus-pushgateway': {
    executable: 'prometheus-pushgateway',
    service: 'prometheus-pushgateway',
  },
  'openssh-server': { executable: 'sshd', service: 'ssh' },
  shellcheck: { executable: 'shellcheck' },
} as const satisfies Readonly<Record<string, Package>>;

export type PackageName = keyof typeof packages;

/** The executable of a package that is there already. */
export async function findPackage(name: PackageName): Promise<string | undefined> {
  const wanted: Package = packages[name];
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const folders = [...onPath, ...SYSTEM_FOLDERS, ...(wanted.folders ?? [])];
  return await findExecutable(wanted.executable, folders);
}

async function exists(path: string): Promise<boolean> {
  return await access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY = `#!/bin/sh
# Left behind by PAAL's test cluster when it was killed while installing packages: delete this file.
exit 101
`;

/** Runs `work` while Debian's package scripts may start no service. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const present = await readFile(POLICY_FILE, 'utf8').catch(() => POLICY);
  if (present !== POLICY) return await work();
  await writeFile(POLICY_FILE, POLICY, { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(POLICY_FILE, { force: true });
  }
}

async function aptGet(args: readonly string[], signal?: AbortSignal): Promise<void> {
  await execa('apt-get', ['--quiet', '--quiet', ...args], {
    all: true,
    env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    ...(signal ? { cancelSignal: signal } : {}),
  });
}

/** systemd would start the services at the next boot: they are not what the user asked for. */
async function disableServices(names: readonly PackageName[]): Promise<void> {
  if (!(await exists('/run/systemd/system'))) return;
  const services = names.flatMap((name) => {
    const { service }: Package = packages[name];
    return service === undefined ? [] : [service];
  });
  for (const service of services) await execa('systemctl', ['disable', '--now', service]);
}

/** What apt-get has to install for these. */
function sources(names: readonly PackageName[]): readonly string[] {
  return names.map((name) => {
    const { from = name }: Package = packages[name];
    return from;
  });
}

async function install(names: readonly PackageName[], signal?: AbortSignal): Promise<void> {
  const args = ['install', '--yes', '--no-install-recommends', ...sources(names)];
  try {
    await aptGet(args, signal);
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    // The lists are missing or out of date: both are mended by fetching them.
    await aptGet(['update'], signal);
    await aptGet(args, signal);
  }
  await disableServices(names);
}

/**
 * Gives the paths of the packages' executables. Root on Debian gets what is missing installed, with
 * no service started; anybody else gets an error that names the command.
 */
export async function ensurePackages<Name extends PackageName>(
  names: readonly Name[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Readonly<Record<Name, string>>> {
  const missing: Name[] = [];
  for (const name of names) if ((await findPackage(name)) === undefined) missing.push(name);
  if (missing.length > 0) {
    const command = `apt-get install -y --no-install-recommends ${sources(missing).join(' ')}`;
    if (process.getuid?.() !== 0 || (await findExecutable('apt-get')) === undefined) {
      throw new UserError(
        `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} needed and missing: ` +
          `install with "sudo ${command}", or what your system calls the same.`,
      );
    }
    try {
      await narrate(
        progress,
        `installing ${missing.join(', ')} with apt-get (about a minute)`,
        () => withoutServices(() => install(missing, signal)),
      );
    } catch (error) {
      if (!(error instanceof ExecaError) || error.isCanceled) throw error;
      throw new UserError(`"${command}" failed:\n${error.all ?? error.shortMessage}`, {
        cause: error,
      });
    }
  }
  const paths = new Map<Name, string>();
  for (const name of names) {
    const path = await findPackage(name);
    if (path === undefined) {
      const { executable }: Package = packages[name];
      throw new UserError(`The package ${name} is installed, but brought no ${executable}.`);
    }
    paths.set(name, path);
  }
  return Object.fromEntries(paths) as Record<Name, string>;
}
