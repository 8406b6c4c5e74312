import { setTimeout as delay } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts';
import { type PlainClient, plainClient } from '../faults/plain-client.ts';
import { afterTests, type Playground, playground } from './fixture.ts';

/** A namespace of a test's own, the way to it on which there can be trouble, and a client on that. */
export interface FaultyGround {
  readonly ground: Playground;
  readonly proxy: FaultProxy;
  readonly client: PlainClient;
  /** The path of the namespace's ConfigMaps, or of one of them, with a query. */
  configMaps(name?: string, query?: Readonly<Record<string, string>>): string;
  /** Makes a ConfigMap, past the proxy. */
  create(name: string): Promise<void>;
  /** The resourceVersion of the collection of ConfigMaps, past the proxy. */
  resourceVersion(): Promise<string>;
}

/** Makes a namespace and a fault proxy, both of which go when the file's tests have run. */
export async function faultyGround(label: string): Promise<FaultyGround> {
  const ground = await playground(label);
  const proxy = await startFaultProxy(ground.cluster);
  afterTests(() => proxy.stop());
  const collection = `/api/v1/namespaces/${ground.namespace}/configmaps`;
  return {
    ground,
    proxy,
    client: await plainClient(proxy.kubeconfig),
    configMaps: (name, query = {}) => {
      const path = name === undefined ? collection : `${collection}/${name}`;
      return `${path}?${new URLSearchParams(query)}`;
    },
    create: async (name) => {
      await ground.kubectl('create', 'configmap', name);
    },
    resourceVersion: async () => {
      const list = await ground.kubectl('get', '--raw', `${collection}?limit=1`);
      return (JSON.parse(list) as { metadata: { resourceVersion: string } }).metadata
        .resourceVersion;
    },
  };
}

/** Polls until `condition` holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 30 s: ${what}`);
    await delay(10);
  }
}
