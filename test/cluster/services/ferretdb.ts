import type { Cluster } from '../cluster.ts';
import { ensurePrograms } from '../programs/programs.ts';
import type { Progress } from '../progress.ts';
import { clusterPaths } from '../state.ts';
import { dialDirectly, dialThrough } from '../supervisor/forwards.ts';
import { startService } from './service.ts';

/** A database with MongoDB's wire protocol that runs beside a cluster. */
export interface FerretDb {
  /** For the host. */
  readonly uri: string;
  /** For pods; undefined where they cannot reach it. */
  readonly clusterUri: string | undefined;
  /** Ends it and forgets its data. */
  stop(): Promise<void>;
}

/** Starts an empty FerretDB; it ends with the cluster at the latest. */
export async function startFerretDb(
  cluster: Cluster,
  progress: Progress = () => {},
): Promise<FerretDb> {
  const { ferretdb } = await ensurePrograms(['ferretdb'], progress);
  const { inside } = clusterPaths(cluster.directory);
  const dial = cluster.provider === 'local' ? dialThrough(inside) : dialDirectly;
  const service = await startService(cluster, {
    name: 'ferretdb',
    command: ferretdb,
    args: (listen, folder) => ['-listen', listen, '-directory', folder],
    // A forwarded port takes every connection, so the database itself is dialled.
    isReady: async (_fromHost, own) => {
      (await dial(own)).destroy();
      return true;
    },
  });
  const { fromHost, fromPods } = service;
  return {
    uri: `mongodb://${fromHost.host}:${fromHost.port}/`,
    clusterUri: fromPods && `mongodb://${fromPods.host}:${fromPods.port}/`,
    stop: service.stop,
  };
}
