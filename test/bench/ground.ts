import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod } from '@paal/core/workload/types';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import type { Bench } from './benchmark.ts';
import { openRawApi, type RawApi } from './raw-api.ts';

const POLL_MS = 100;
const LONGEST_END_MS = 30_000;

/** A namespace of a measurement's own. */
export interface Ground {
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly api: RawApi;
  readonly signal: AbortSignal;
  /** A folder that goes with the namespace. */
  readonly folder: string;
  /** Runs kubectl in the namespace; gives what it prints. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Applies objects with kubectl. */
  apply(...objects: readonly object[]): Promise<void>;
  /** The same, and waits until the Deployments serve. */
  serve(...objects: readonly object[]): Promise<void>;
  /** Waits until there are so many pods, all of them ready and none on its way out. */
  quiet(pods: number): Promise<void>;
}

/** Objects as the text of a manifest. */
export function manifestOf(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

function isReady({ metadata, status }: Pod): boolean {
  const isGoing = metadata.deletionTimestamp !== undefined;
  const ready = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  return !isGoing && ready === true;
}

function groundOf(
  { signal }: Bench,
  cluster: Cluster,
  api: RawApi,
  namespace: string,
  folder: string,
): Ground {
  const access = ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace];
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await execa(cluster.kubectl, [...access, ...args], { cancelSignal: signal })).stdout;
  const apply = async (...objects: readonly object[]): Promise<void> => {
    const file = join(folder, 'applied.yaml');
    await writeFile(file, manifestOf(objects));
    await kubectl('apply', '-f', file);
  };
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return {
    namespace,
    cluster,
    api,
    signal,
    folder,
    kubectl,
    apply,
    serve: async (...objects) => {
      await apply(...objects);
      await kubectl('rollout', 'status', 'deployment', '--timeout=120s');
    },
    quiet: async (count) => {
      for (;;) {
        const { items } = (await api.client.get<{ readonly items: readonly Pod[] }>(pods)) ?? {
          items: [],
        };
        if (items.length === count && items.every(isReady)) return;
        await delay(POLL_MS, undefined, { signal });
      }
    },
  };
}

/** Waits until the pods of a namespace that is deleted are gone, lest they slow down what comes next. */
async function emptied({ client }: RawApi, path: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + LONGEST_END_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const pods = await client.get<{ readonly items: readonly unknown[] }>(`${path}/pods`);
    if (!pods || pods.items.length === 0) return;
    await delay(POLL_MS);
  }
}

/**
 * Does `work` in a namespace of its own, which goes afterwards, whatever happened and however the
 * benchmark was ended.
 */
export async function withGround<T>(
  bench: Bench,
  cluster: Cluster,
  label: string,
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const { signal } = bench;
  const namespace = `bench-${label}-${randomBytes(3).toString('hex')}`;
  const path = `/api/v1/namespaces/${namespace}`;
  const api = await openRawApi(cluster);
  const folder = await mkdtemp(join(tmpdir(), 'paal-bench-'));
  try {
    signal.throwIfAborted();
    await api.client.create('/api/v1/namespaces', { metadata: { name: namespace } });
    // Pods are refused until the namespace has its ServiceAccount.
    while (!(await api.client.get(`${path}/serviceaccounts/default`))) {
      await delay(POLL_MS, undefined, { signal });
    }
    return await work(groundOf(bench, cluster, api, namespace, folder));
  } finally {
    await api.client.send('DELETE', path);
    if (cluster.realNodes) await emptied(api, path, signal);
    api.close();
    await rm(folder, { recursive: true, force: true });
  }
}
