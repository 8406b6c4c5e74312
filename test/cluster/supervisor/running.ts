import type { Progress } from '../progress.ts';
import type { ClusterState } from '../state.ts';
import type { Forwards } from './forwards.ts';
import type { ProcessHost } from './processes.ts';

/** What a provider is handed to start its cluster in. */
export interface Starting {
  readonly directory: string;
  readonly state: ClusterState;
  readonly progress: Progress;
  /** Records more about the cluster, before that comes into being. */
  readonly record: (more: Partial<ClusterState>) => Promise<void>;
}

/** A cluster that its provider has started. */
export interface Running {
  /** Runs the components, and the services that are asked for later. */
  readonly processes: ProcessHost;
  /** Lead from the host to addresses of the cluster; absent where those cannot be reached. */
  readonly forwards?: Forwards;
  /** Of the API server, where it is ours to stop and start again. */
  readonly apiServer?: { readonly stop: () => Promise<void>; readonly start: () => Promise<void> };
}

/** A function per provider. */
export type StartProvider = (starting: Starting) => Promise<Running>;
