import type { Progress } from '../cluster/progress.ts';
import { startLoopbackFerretDb } from './ferretdb.ts';

/** The server that tests use. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly uri: string;
  /** Whether it is a MongoDB that somebody else has started. */
  readonly isGiven: boolean;
  stop(): Promise<void>;
}

/** The server that MONGODB_URI names (one host, without credentials), or else a FerretDB of its own. */
export async function startServer(progress?: Progress): Promise<Server> {
  const uri = process.env.MONGODB_URI ?? '';
  if (uri === '') return { ...(await startLoopbackFerretDb(progress)), isGiven: false };
  const { hostname: host, port } = new URL(uri);
  return { host, port: Number(port || 27_017), uri, isGiven: true, stop: async () => {} };
}
