import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDuration } from '@paal/core/config/duration';
import { errorMessage, UserError } from '@paal/core/errors';
import { Command } from 'commander';
import { type Cluster, startCluster, stopCluster } from '../test/cluster/cluster.ts';
import { catalogue } from '../test/cluster/programs/catalogue.ts';
import { ensurePrograms } from '../test/cluster/programs/programs.ts';
import { printProgress } from '../test/cluster/progress.ts';
import { chooseProvider } from '../test/cluster/providers/requirements.ts';
import { play } from '../test/demo/play.ts';
import { NAMESPACE } from '../test/demo/surroundings.ts';
import { interruption } from './interruption.ts';
import { repositoryRoot } from './repository.ts';

const CLUSTER = 'demo';
/** What runs beside the cluster, and act. */
const PROGRAMS = ['act', 'ferretdb', 'prometheus', 'alertmanager'] as const;

/** Images are built, and containers run, which only a node of our own can be trusted with. */
async function requireRealNode(): Promise<void> {
  if ((await chooseProvider({})) === 'local') return;
  throw new UserError(
    'The demo runs real containers on a node of its own, and needs root on Linux for that: ' +
      'run it as root, such as with "sudo npm run demo".',
  );
}

function lookAround({ name }: Cluster, url: string): void {
  console.log(`
The cluster is still up. To look around:
  ${url}  is the shop
  eval "$(npm run --silent cluster -- env --name ${name})"
  kubectl -n ${NAMESPACE} get deployments,pods
  kubectl -n ${NAMESPACE} get configmaps -l paal.dev/release -L paal.dev/release,paal.dev/status
  npm run cluster -- down --name ${name}`);
}

/** Plays the demo on a cluster of its own; gives the exit code. */
async function demo(keep: boolean, signal: AbortSignal): Promise<number> {
  await requireRealNode();
  const start = performance.now();
  const since = (): string => formatDuration(performance.now() - start);
  const progress = printProgress();
  console.log('PAAL demo: four releases of the reference system, on a real Kubernetes');
  const { act } = await ensurePrograms(PROGRAMS, progress, signal);
  // What a demo before has left in the cluster would be taken for this one's.
  await stopCluster(CLUSTER);
  const scratch = await mkdtemp(join(tmpdir(), 'paal-demo-'));
  let kept = false;
  try {
    const cluster = await startCluster({ name: CLUSTER, signal }, progress);
    console.log(`Kubernetes ${catalogue.kubectl.version} is up after ${since()}`);
    const output = join(repositoryRoot, '.paal', 'demo');
    const say = (line: string): void => console.log(line);
    const { proofs, page, logs, url } = await play({ cluster, act, scratch, output, say, signal });
    const wrong = proofs.filter(({ instead }) => instead !== undefined);
    console.log(`\nJob summaries: ${page}\nLogs of act:   ${logs}`);
    console.log(
      wrong.length === 0
        ? `All of it happened: ${proofs.length} statements checked, in ${since()}.`
        : `${wrong.length} of ${proofs.length} statements are not true (marked ✗).`,
    );
    kept = keep;
    if (keep) lookAround(cluster, url);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
    if (!kept) await stopCluster(CLUSTER);
  }
}

await new Command('npm run demo --')
  .description(
    'Boots a cluster and takes four releases of the reference system through the whole pipeline:\n' +
      'build → test → migrate → deploy → verify, and back again. Exits with 0 only if all of it really\n' +
      'happened. Takes about five minutes, and longer the first time.',
  )
  .option('--keep', 'leaves the cluster up, and says how to look around')
  .action(async ({ keep = false }: { readonly keep?: boolean }) => {
    try {
      process.exitCode = await demo(keep, interruption());
    } catch (error) {
      console.error(error instanceof UserError ? errorMessage(error) : error);
      process.exitCode = 1;
    }
  })
  .parseAsync();
