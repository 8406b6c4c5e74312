import { mkdir } from 'node:fs/promises';
import { UserError } from '@paal/core/errors';
import { execa } from 'execa';
import { withLock } from './lock.ts';
import type { ProgramName } from './programs/catalogue.ts';
import { type Progress, spokenTime } from './progress.ts';
import { chooseProvider, ensureRequirements } from './providers/requirements.ts';
import {
  type ClusterState,
  clusterDirectory,
  clusterNames,
  clusterPaths,
  makeClustersDirectory,
  type Provider,
  readState,
  writeState,
} from './state.ts';
import { askHealth } from './supervisor/control.ts';
import { launchSupervisor } from './supervisor/launch.ts';
import { removeIfEmpty, tearDown } from './teardown.ts';

const HEALTHY_WITHIN_MS = 5_000;

/** A Kubernetes for tests and the demo that is up. */
export interface Cluster {
  readonly name: string;
  readonly provider: Provider;
  /** False with kwok, which simulates pods: nothing runs in them. */
  readonly realNodes: boolean;
  /** A file with the administrator's access, for use from the host. */
  readonly kubeconfig: string;
  /** "localhost:PORT": the host pushes to it and the cluster pulls from it under this name. */
  readonly registry: string;
  /** The folder of everything that the cluster writes. */
  readonly directory: string;
  /** The path of the kubectl of the cluster's version. */
  readonly kubectl: string;
}

export interface ClusterOptions {
  /** 1 to 30 lower-case letters, digits and "-"; "default" unless given. */
  readonly name?: string;
  /** Unless given, the one with the most real parts that works on this machine. */
  readonly provider?: Provider;
  /** Takes the existing cluster of this context of the user's kubeconfig. */
  readonly context?: string;
  /** With `context`: HOST or HOST:PORT from which that cluster pulls. */
  readonly registry?: string;
  /** What is going to be started beside it, and is got together with its own programs. */
  readonly programs?: readonly ProgramName[];
  /** Gives up and takes away what was started. */
  readonly signal?: AbortSignal;
}

/** What `status` tells of a cluster. */
export interface ClusterStatus {
  readonly name: string;
  readonly state: ClusterState | undefined;
  readonly health: 'healthy' | 'starting' | `broken: ${string}`;
}

function fromState(directory: string, state: ClusterState): Cluster {
  return {
    name: state.name,
    provider: state.provider,
    realNodes: state.provider !== 'kwok',
    kubeconfig: clusterPaths(directory).kubeconfig,
    registry: state.registry ?? '',
    directory,
    kubectl: state.kubectl,
  };
}

async function apiServerAnswers(directory: string, state: ClusterState): Promise<boolean> {
  // Whether a user may ask for readiness is up to the user's own cluster.
  const path = state.provider === 'context' ? '/version' : '/readyz';
  const { kubeconfig } = clusterPaths(directory);
  const args = ['--kubeconfig', kubeconfig, 'get', '--raw', path];
  const answer = await execa(state.kubectl, args, { reject: false, timeout: HEALTHY_WITHIN_MS });
  return !answer.failed;
}

async function checkHealth(directory: string, state: ClusterState | undefined) {
  if (!state) return 'broken: it left no state behind';
  if (state.phase === 'stopping') return 'broken: it was stopped half-way';
  if (state.phase === 'starting') return 'starting';
  const { control } = clusterPaths(directory);
  const health = await askHealth(control, AbortSignal.timeout(HEALTHY_WITHIN_MS)).catch(() => null);
  if (!health) return 'broken: its supervisor does not answer';
  if (health.ended.length > 0) return `broken: ${health.ended.join(', ')}` as const;
  if (!(await apiServerAnswers(directory, state))) return 'broken: its API server does not answer';
  return 'healthy';
}

function lockFile(directory: string): string {
  return `${directory}.lock`;
}

/** The cluster of that name and this checkout, when it is up and healthy. */
export async function findCluster(name: string): Promise<Cluster | undefined> {
  const directory = clusterDirectory(name);
  const state = await readState(directory);
  const healthy = state && (await checkHealth(directory, state)) === 'healthy';
  return healthy ? fromState(directory, state) : undefined;
}

/** All clusters of this checkout, also those that are broken or on their way. */
export async function listClusters(): Promise<readonly ClusterStatus[]> {
  return await Promise.all(
    (await clusterNames()).map(async (name) => {
      const directory = clusterDirectory(name);
      const state = await readState(directory);
      return { name, state, health: await checkHealth(directory, state) };
    }),
  );
}

async function findMatching(name: string, wish: ClusterOptions): Promise<Cluster | undefined> {
  const found = await findCluster(name);
  const provider = wish.context === undefined ? wish.provider : 'context';
  if (found && provider !== undefined && provider !== found.provider) {
    throw new UserError(
      `The cluster "${name}" is up with the provider ${found.provider}, not ${provider}: ` +
        `stop it first with "npm run cluster -- down --name ${name}", or choose another name.`,
    );
  }
  return found;
}

async function startAnew(
  directory: string,
  state: ClusterState,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  if ((await readState(directory)) !== undefined) progress('removing what is left of the last one');
  await tearDown(directory);
  await mkdir(directory, { mode: 0o700 });
  try {
    await writeState(directory, state);
    await launchSupervisor(directory, progress, signal);
  } catch (error) {
    await tearDown(directory);
    throw error;
  }
}

/**
 * Gives the cluster of that name: the one that is up, or a new one after replacing what is broken.
 * The cluster outlives this process; `stopCluster` ends it. Whatever fails, nothing is left behind.
 */
export async function startCluster(options: ClusterOptions, progress: Progress): Promise<Cluster> {
  const { name = 'default', signal } = options;
  const directory = clusterDirectory(name);
  const present = await findMatching(name, options);
  if (present) return present;

  const provider = await chooseProvider(options);
  if (provider === 'context' && options.registry === undefined) {
    throw new UserError('--context needs --registry HOST: from where does that cluster pull?');
  }
  const { kubectl, ...programs } = await ensureRequirements(
    provider,
    options.programs ?? [],
    progress,
    signal,
  );
  await makeClustersDirectory();
  const start = performance.now();
  await withLock(
    lockFile(directory),
    async () => {
      if (await findMatching(name, options)) return;
      const state: ClusterState = {
        name,
        provider,
        phase: 'starting',
        startedAt: new Date().toISOString(),
        kubectl,
        programs,
        ...(options.registry === undefined ? {} : { registry: options.registry }),
        ...(options.context === undefined ? {} : { context: options.context }),
      };
      progress(`starting the cluster "${name}" (${provider})`);
      await startAnew(directory, state, progress, signal);
      progress(`the cluster is ready after ${spokenTime(performance.now() - start)}`);
    },
    (pid) => progress(`waiting for process ${pid}, which is starting or stopping this cluster`),
    signal,
  ).finally(() => removeIfEmpty(directory));

  const state = await readState(directory);
  if (!state) throw new Error(`The state of the cluster in ${directory} is gone`);
  return fromState(directory, state);
}

/** Ends the cluster of that name and removes all of it; nothing happens when there is none. */
export async function stopCluster(name: string): Promise<void> {
  const directory = clusterDirectory(name);
  await makeClustersDirectory();
  try {
    await withLock(lockFile(directory), () => tearDown(directory));
  } finally {
    await removeIfEmpty(directory);
  }
}
