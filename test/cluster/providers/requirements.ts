import { UserError } from '@paal/core/errors';
import { execa } from 'execa';
import type { ProgramName } from '../programs/catalogue.ts';
import { ensurePackages, type PackageName } from '../programs/debian-packages.ts';
import { findExecutable } from '../programs/look-up.ts';
import { ensurePrograms } from '../programs/programs.ts';
import type { Progress } from '../progress.ts';
import type { Provider } from '../state.ts';

const CONTROL_PLANE = [
  'kubectl',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'registry',
] as const satisfies readonly ProgramName[];

const PROGRAMS: Readonly<Record<Provider, readonly ProgramName[]>> = {
  local: [...CONTROL_PLANE, 'kubelet', 'kube-proxy', 'coredns', 'pause'],
  kwok: [...CONTROL_PLANE, 'kwok'],
  kind: ['kubectl'],
  context: ['kubectl'],
};

const NODE_PACKAGES = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iproute2',
  'nftables',
] as const satisfies readonly PackageName[];

/** What a user asks for, as far as it decides about the provider. */
export interface Wish {
  readonly provider?: Provider;
  readonly context?: string;
}

/** What this machine can do. */
export interface Abilities {
  /** Whether namespaces can be made, as root on Linux can. */
  readonly namespaces: () => Promise<boolean>;
  /** Whether Docker answers and kind is on PATH. */
  readonly kind: () => Promise<boolean>;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const result = await execa(command, args, { reject: false, timeout: 10_000 });
  return !result.failed;
}

export const thisMachine: Abilities = {
  namespaces: async () =>
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    (await succeeds('unshare', ['--mount', '--net', '--pid', '--fork', 'true'])),
  kind: async () =>
    (await findExecutable('kind')) !== undefined && (await succeeds('docker', ['info'])),
};

/** The provider that was asked for, or else the one with the most real parts that works here. */
export async function chooseProvider(wish: Wish, able: Abilities = thisMachine): Promise<Provider> {
  if (wish.context !== undefined) return 'context';
  if (wish.provider === 'context') {
    throw new UserError('The provider "context" takes the name of a context: add --context NAME.');
  }
  if (wish.provider !== undefined) return wish.provider;
  if (await able.namespaces()) return 'local';
  return (await able.kind()) ? 'kind' : 'kwok';
}

/** Gets everything that a cluster of this provider runs, as paths by name, and `others` beside it. */
export async function ensureRequirements(
  provider: Provider,
  others: readonly ProgramName[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>> & { readonly kubectl: string }> {
  const packages =
    provider === 'local' ? await ensurePackages(NODE_PACKAGES, progress, signal) : {};
  const own = ['kubectl', ...PROGRAMS[provider]] as const;
  const programs = await ensurePrograms([...own, ...others], progress, signal);
  return { ...packages, ...programs };
}
