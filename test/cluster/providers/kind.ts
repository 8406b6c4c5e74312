import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { stringify } from 'yaml';
import { clusterPaths } from '../state.ts';
import { freePort } from '../supervisor/ports.ts';
import { Processes } from '../supervisor/processes.ts';
import type { Running, Starting } from '../supervisor/running.ts';

const REGISTRY_IMAGE = 'registry:3.1.2';
const HOSTS_DIRECTORY = '/etc/containerd/certs.d';

/** kind's cluster and Docker's container of the registry, named after the cluster's folder. */
export function kindNames(directory: string) {
  const cluster = `paal-${basename(directory)}`;
  return { cluster, registry: `${cluster}-registry` } as const;
}

const configuration = {
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  containerdConfigPatches: [
    `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${HOSTS_DIRECTORY}"`,
  ],
};

async function run(command: string, args: readonly string[], input = ''): Promise<string> {
  try {
    return (await execa(command, args, { input, all: true })).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const said = error.all || error.shortMessage;
    throw new UserError(`"${command} ${args.join(' ')}" failed: ${said}`, { cause: error });
  }
}

/**
 * Starts a cluster in Docker containers with a registry beside it, in the way that kind documents
 * (https://kind.sigs.k8s.io/docs/user/local-registry/).
 */
export async function startKind({ directory, record, progress }: Starting): Promise<Running> {
  const paths = clusterPaths(directory);
  const names = kindNames(directory);
  const port = await freePort();
  await record({ registry: `localhost:${port}` });
  await run('docker', [
    ...['run', '--detach', '--name', names.registry, '--publish', `127.0.0.1:${port}:5000`],
    ...['--env', 'REGISTRY_STORAGE_DELETE_ENABLED=true', '--env', 'OTEL_TRACES_EXPORTER=none'],
    REGISTRY_IMAGE,
  ]);

  progress('kind is creating the cluster (about a minute)');
  const file = join(directory, 'kind.yaml');
  await writeFile(file, stringify(configuration));
  await run('kind', [
    ...['create', 'cluster', '--name', names.cluster, '--config', file],
    ...['--kubeconfig', paths.kubeconfig, '--wait', '3m'],
  ]);

  const nodes = (await run('kind', ['get', 'nodes', '--name', names.cluster])).split('\n');
  const folder = `${HOSTS_DIRECTORY}/localhost:${port}`;
  const hosts = `[host."http://${names.registry}:5000"]\n`;
  for (const node of nodes.filter((name) => name !== '')) {
    await run('docker', ['exec', node, 'mkdir', '-p', folder]);
    await run('docker', ['exec', '-i', node, 'cp', '/dev/stdin', `${folder}/hosts.toml`], hosts);
  }
  await run('docker', ['network', 'connect', 'kind', names.registry]);
  return { processes: new Processes(paths.logs) };
}

/** Removes what `startKind` made, as far as it came. */
export async function deleteKind(directory: string): Promise<void> {
  const names = kindNames(directory);
  await run('kind', ['delete', 'cluster', '--name', names.cluster]);
  await run('docker', ['rm', '--force', '--volumes', names.registry]);
}
