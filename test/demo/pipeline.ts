import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../scripts/repository.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { localRepositories, standInEnvironment } from '../stand-ins/stand-ins.ts';
import { runWorkflow, type StepRun, type WorkflowRun } from './act.ts';
import type { Shop } from './shop.ts';

/** Runs the shop's pipeline for a push to main, as GitHub would. */
export type Pipeline = (label: string, onStep: (step: StepRun) => void) => Promise<WorkflowRun>;

export interface PipelineOptions {
  readonly act: string;
  readonly cluster: Cluster;
  readonly shop: Shop;
  /** Secrets of the repository, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where act's caches, workspaces and artifacts go. */
  readonly scratch: string;
  /** Where act's output is kept. */
  readonly logs: string;
  readonly signal: AbortSignal;
}

/**
 * Prepares act: GitHub's `push` to main, the published form of our actions and workflows, and
 * stand-ins for third parties' actions. The secrets go through a file, so that no process list shows
 * them.
 */
export async function preparePipeline(options: PipelineOptions): Promise<Pipeline> {
  const { act, cluster, shop, secrets, scratch, logs, signal } = options;
  const event = join(scratch, 'event.json');
  await writeFile(event, JSON.stringify({ ref: 'refs/heads/main' }));
  const secretFile = join(scratch, 'secrets');
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}`);
  await writeFile(secretFile, lines.join('\n'), { mode: 0o600 });
  const workflows = [
    join(shop.directory, '.github/workflows/ci-cd.yml'),
    join(repositoryRoot, 'dist/workflows/.github/workflows/deploy.yml'),
  ];
  const args = [
    ...['push', '--eventpath', event, '--defaultbranch', 'main', '--actor', 'octocat'],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--no-cache-server'],
    ...['--action-cache-path', join(scratch, 'act')],
    ...['--secret-file', secretFile, '--var', `REGISTRY=${cluster.registry}`],
    ...(await localRepositories(workflows)),
  ];
  await mkdir(logs, { recursive: true });
  return async (label, onStep) => {
    const artifacts = join(scratch, `artifacts-${label}`);
    await mkdir(artifacts);
    return await runWorkflow({
      act,
      args,
      directory: shop.directory,
      // act takes the node and the kubectl that are first on PATH.
      env: {
        PATH: `${dirname(process.execPath)}:${dirname(cluster.kubectl)}:${process.env.PATH}`,
        ...standInEnvironment(artifacts),
      },
      log: join(logs, `${label}.jsonl`),
      onStep,
      signal,
    });
  };
}
