// Starts a cluster, stays beside it for as long as it is up, and takes what is asked of it through
// its control socket. The cluster ends with this process. usage: supervisor.ts DIRECTORY
import { errorMessage, UserError } from '@paal/core/errors';
import { startLocal } from '../local/start.ts';
import { startContext } from '../providers/context.ts';
import { startKind } from '../providers/kind.ts';
import { startKwok } from '../providers/kwok.ts';
import { type ClusterState, clusterPaths, type Provider, readState, writeState } from '../state.ts';
import { serveControl } from './control.ts';
import type { StartProvider } from './running.ts';

/** What the process that started this one hears from it until the cluster is up. */
export type Report = { readonly line: string } | { readonly ready: true } | Failed;

interface Failed {
  readonly failed: string;
  /** Set when it is a bug rather than something that the user can mend. */
  readonly stack?: string;
}

const providers: Readonly<Record<Provider, StartProvider>> = {
  local: startLocal,
  kwok: startKwok,
  kind: startKind,
  context: startContext,
};

async function report(news: Report): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send) process.send(news, () => resolve());
    else resolve();
  });
}

async function startCluster(directory: string): Promise<void> {
  const found = await readState(directory);
  if (!found) throw new Error(`There is no state of a cluster in ${directory}`);
  let state: ClusterState = found;
  const record = async (more: Partial<ClusterState>) => {
    state = { ...state, ...more };
    await writeState(directory, state);
  };
  const progress = (line: string) => {
    console.log(line);
    void report({ line });
  };
  const running = await providers[state.provider]({ directory, state, progress, record });
  await serveControl(clusterPaths(directory).control, running);
  await record({ phase: 'ready' });
}

/** Whoever started this must live until the cluster is up: nobody else would know of it. */
function endWithStarter(): void {
  process.exit(1);
}

process.once('disconnect', endWithStarter);
if (process.connected === false) endWithStarter();
try {
  await startCluster(process.argv[2] ?? '');
  process.off('disconnect', endWithStarter);
  await report({ ready: true });
  process.disconnect?.();
} catch (error) {
  console.error(error);
  const stack = error instanceof UserError || !(error instanceof Error) ? undefined : error.stack;
  await report({ failed: errorMessage(error), ...(stack === undefined ? {} : { stack }) });
  process.exit(1);
}
