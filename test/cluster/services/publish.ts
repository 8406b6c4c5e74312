import type { Cluster } from '../cluster.ts';
import { clusterPaths } from '../state.ts';
import type { Address } from '../supervisor/forwards.ts';
import { call } from '../supervisor/rpc.ts';

/** An address of a cluster, as the host reaches it. */
export interface Published extends Address {
  /** "http://127.0.0.1:PORT". */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Makes an address inside the cluster (a Service's cluster IP, a pod's IP, or the node's own with a
 * node port) reachable on a loopback port of this machine, until `stop` or the cluster's end.
 * Rejects for `kind` and `context`: `kubectl port-forward` serves there.
 */
export async function publish(cluster: Cluster, address: Address): Promise<Published> {
  const { control } = clusterPaths(cluster.directory);
  const port = await call<number>(control, 'publish', address);
  const host = '127.0.0.1';
  return {
    host,
    port,
    url: `http://${host}:${port}`,
    stop: () => call(control, 'unpublish', port),
  };
}
