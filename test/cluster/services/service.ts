import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { NODE_ADDRESS } from '../local/addresses.ts';
import { clusterPaths } from '../state.ts';
import type { Address } from '../supervisor/forwards.ts';
import { onlyProcess, remoteProcesses } from '../supervisor/processes.ts';
import { waitFor } from '../supervisor/waiting.ts';
import { publish } from './publish.ts';

/** A program that serves one port beside the cluster's components. */
export interface ServiceSpec {
  /** What it is called in logs and messages. */
  readonly name: string;
  readonly command: string;
  /** Its arguments, given the "HOST:PORT" to listen on and a folder of its own. */
  readonly args: (listen: string, folder: string) => readonly string[];
  /** Files to put into its folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether it serves, given where the host reaches it and where the program itself listens. */
  readonly isReady: (fromHost: Address, own: Address) => Promise<boolean>;
}

export interface Service {
  readonly fromHost: Address;
  /** Where pods reach it; undefined where the cluster has no network that we are part of. */
  readonly fromPods: Address | undefined;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** The service's own address, and how the host reaches it. */
async function place(cluster: Cluster, port: number) {
  if (cluster.provider !== 'local') {
    const fromHost = { host: '127.0.0.1', port };
    return { listen: `127.0.0.1:${port}`, fromHost, fromPods: undefined, close: async () => {} };
  }
  const published = await publish(cluster, { host: '127.0.0.1', port });
  return {
    listen: `0.0.0.0:${port}`,
    fromHost: { host: published.host, port: published.port },
    fromPods: { host: NODE_ADDRESS, port },
    close: published.stop,
  };
}

/** Starts a program beside the components of a cluster; it ends with the cluster at the latest. */
export async function startService(cluster: Cluster, spec: ServiceSpec): Promise<Service> {
  const paths = clusterPaths(cluster.directory);
  const processes = remoteProcesses(paths.control);
  const port = await processes.freePort();
  const name = `${spec.name}-${port}`;
  const folder = join(paths.services, name);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(spec.files ?? {})) {
    await writeFile(join(folder, file), text);
  }

  const { listen, fromHost, fromPods, close } = await place(cluster, port);
  const stop = async () => {
    await processes.stop(name);
    await close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await processes.start({ name, command: spec.command, args: spec.args(listen, folder) });
    await waitFor(
      { processes: onlyProcess(processes, name), logs: paths.logs },
      name,
      'it serves',
      () => spec.isReady(fromHost, { host: '127.0.0.1', port }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { fromHost, fromPods, stop };
}

/** "http://HOST:PORT". */
export function httpUrl({ host, port }: Address): string {
  return `http://${host}:${port}`;
}

/** Whether an HTTP server answers `path` with success. */
export async function answers(address: Address, path: string): Promise<boolean> {
  return (await fetch(`${httpUrl(address)}${path}`)).ok;
}
