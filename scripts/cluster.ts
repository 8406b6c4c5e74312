import { dirname } from 'node:path';
import { errorMessage, UserError } from '@paal/core/errors';
import { Command, Option } from 'commander';
import {
  type ClusterOptions,
  type ClusterStatus,
  findCluster,
  listClusters,
  startCluster,
  stopCluster,
} from '../test/cluster/cluster.ts';
import { printProgress, spokenTime } from '../test/cluster/progress.ts';
import { providers } from '../test/cluster/state.ts';
import { interruption } from './interruption.ts';

interface UpOptions extends ClusterOptions {
  readonly name: string;
}

/** For single quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function up(options: UpOptions): Promise<void> {
  const cluster = await startCluster({ ...options, signal: interruption() }, printProgress());
  const env = cluster.name === 'default' ? 'env' : `env --name ${cluster.name}`;
  console.log(`cluster     ${cluster.name} (${cluster.provider})`);
  console.log(`kubeconfig  ${cluster.kubeconfig}`);
  console.log(`registry    ${cluster.registry}`);
  if (!cluster.realNodes) console.log('Its pods are simulated by kwok: nothing runs in them.');
  console.log(`To use it from this shell: eval "$(npm run --silent cluster -- ${env})"`);
}

async function down({ name, all }: { name: string; all?: boolean }): Promise<void> {
  const present = (await listClusters()).map((one) => one.name);
  const names = all ? present : [name];
  for (const one of names) {
    await stopCluster(one);
    const gone = `the cluster "${one}" is gone`;
    console.error(present.includes(one) ? gone : `there was no cluster "${one}"`);
  }
  if (names.length === 0) console.error('there was no cluster');
}

function statusLine({ name, state, health }: ClusterStatus): string {
  const parts = [name.padEnd(12), state?.provider ?? '', health];
  if (state) {
    parts.push(`up for ${spokenTime(Date.now() - Date.parse(state.startedAt))}`);
    if (state.apiServerPort) parts.push(`API server 127.0.0.1:${state.apiServerPort}`);
    if (state.registry) parts.push(`registry ${state.registry}`);
  }
  return parts.join('  ');
}

async function status(): Promise<void> {
  const clusters = await listClusters();
  if (clusters.length === 0) console.error('This checkout has no cluster: "npm run cluster -- up"');
  for (const one of clusters) console.log(statusLine(one));
}

async function env({ name }: { name: string }): Promise<void> {
  const cluster = await findCluster(name);
  if (!cluster) {
    throw new UserError(
      `There is no healthy cluster "${name}": start one with "npm run cluster -- up --name ${name}".`,
    );
  }
  console.log(`export KUBECONFIG=${quoted(cluster.kubeconfig)}`);
  console.log(`export PAAL_REGISTRY=${quoted(cluster.registry)}`);
  console.log(`export PATH=${quoted(dirname(cluster.kubectl))}:"$PATH"`);
}

const nameOption = () => new Option('--name <name>', 'which cluster').default('default');

const program = new Command('npm run cluster --').description(
  'A Kubernetes on this machine for tests and the demo.',
);
program
  .command('up')
  .description('Starts a cluster, or finds it up already. It stays up when this command ends.')
  .addOption(nameOption())
  .addOption(
    new Option('--provider <provider>', 'by default the one with the most real parts').choices(
      providers.filter((one) => one !== 'context'),
    ),
  )
  .option('--context <name>', "use the cluster of this context of your kubeconfig, don't start one")
  .option('--registry <host>', 'with --context: the registry from which that cluster pulls')
  .action(up);
program
  .command('down')
  .description('Ends a cluster and removes all of it, also what a crash has left.')
  .addOption(nameOption().conflicts('all'))
  .option('--all', 'every cluster of this checkout')
  .action(down);
program
  .command('status')
  .description('Lists the clusters of this checkout with their state, age and ports.')
  .action(status);
program
  .command('env')
  .description('Prints what a shell needs to use a cluster, for eval.')
  .addOption(nameOption())
  .action(env);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof UserError ? errorMessage(error) : error);
  process.exitCode = 1;
}
