import type { Cluster } from '../cluster.ts';
import { clusterPaths } from '../state.ts';
import { call } from '../supervisor/rpc.ts';

/**
 * Ends the API server of a cluster while all else runs on; its port then refuses connections.
 * Rejects for clusters whose API server is not ours: `kind` and `context`.
 */
export async function stopApiServer(cluster: Cluster): Promise<void> {
  await call(clusterPaths(cluster.directory).control, 'stopApiServer');
}

/** Starts the API server again on the same port, and resolves when it is ready. */
export async function startApiServer(cluster: Cluster): Promise<void> {
  await call(clusterPaths(cluster.directory).control, 'startApiServer');
}
