import { randomBytes } from 'node:crypto';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from '@jest/globals';
import { systemClock } from '@paal/core/clock';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { UserError } from '@paal/core/errors';
import type { JobOptions } from '@paal/core/migrate/drivers/job/options';
import { runAsJob } from '@paal/core/migrate/drivers/job/run-as-job';
import type { RemoteOutcome } from '@paal/core/migrate/drivers/remote';
import { DEFAULT_REQUEST, type MigrateRequest } from '@paal/core/migrate/request';
import type { Job } from '@paal/core/workload/kinds/job';
import type { Pod } from '@paal/core/workload/types';
import { execa } from 'execa';
import { userKubeconfig } from '../cluster/services/user.ts';
import { nodeBaseImage } from '../images/node-base-image.ts';
import { nodeImageIn } from '../images/registries.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { afterTests, type Playground, playground, sharedCluster } from './fixture.ts';
import { tell } from './tell.ts';
import { until } from './until.ts';

const STAND_IN = fileURLToPath(new URL('./migrate-job-stand-in.mjs', import.meta.url));

/** The image with Node.js, in the cluster's registry before the first test of the file. */
export function nodeImage(): () => string {
  beforeAll(async () => {
    if (sharedCluster().realNodes)
      await nodeBaseImage(sharedCluster().registry, { progress: tell });
  }, 600_000);
  return () => nodeImageIn(sharedCluster().registry);
}

/** A step that runs migrations as a Job, under way. */
export interface JobStep {
  readonly outcome: Promise<RemoteOutcome>;
  /** What it has printed. */
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /** As the runner of GitHub does it: SIGINT. */
  cancel(): void;
}

/** A namespace with migrations to run in it, as a user who has the role edit in it, and no more. */
export interface JobGround {
  readonly ground: Playground;
  readonly workspace: string;
  /** Of the user who has the role edit. */
  readonly kubeconfig: string;
  /** Begins a step; the same `attempt` again is the same step of the same run. */
  begin(
    options?: Partial<JobOptions> & { readonly attempt?: string },
    request?: Partial<MigrateRequest>,
    kubeconfig?: string,
  ): Promise<JobStep>;
  /** The Job that is there, once it is. */
  job(): Promise<Job>;
  jobs(): Promise<readonly Job[]>;
  pods(): Promise<readonly Pod[]>;
  /** The names of the ConfigMaps and Secrets that steps have made. */
  leftovers(): Promise<readonly string[]>;
  /** Waits until the step has printed a line like that. */
  says(step: JobStep, line: string | RegExp): Promise<void>;
}

async function editor({ cluster, namespace, apply }: Playground): Promise<string> {
  const name = `migrator-${namespace}`;
  const group = 'rbac.authorization.k8s.io';
  await apply({
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'edit' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: group, kind: 'User', name }],
  });
  return await userKubeconfig(cluster, { name });
}

function connection(kubeconfig: string, signal: AbortSignal): Connection {
  process.env.KUBECONFIG = kubeconfig;
  const opened = hurried(connect(loadKubeConfig()), signal, systemClock);
  afterTests(() => opened.close());
  return opened;
}

/** The stand-in as a folder, as the runner is one. */
async function standIn(): Promise<string> {
  const folder = await temporaryFolder('runner');
  await cp(STAND_IN, join(folder, 'index.js'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

/**
 * Makes a namespace with a Secret db, key uri, and a workspace with these migrations.
 * @param runner folder of the runner; default: the stand-in
 */
export async function jobGround(
  label: string,
  image: string,
  migrations: Readonly<Record<string, string>>,
  runner?: string,
): Promise<JobGround> {
  const ground = await playground(label);
  const workspace = await temporaryFolder('migrations');
  for (const [name, text] of Object.entries(migrations)) {
    const file = join(workspace, 'migrations', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const user = await editor(ground);
  await ground.kubectl('create', 'secret', 'generic', 'db', '--from-literal=uri=mongodb://nowhere');
  const id = String(randomBytes(4).readUInt32BE());
  const folder = runner ?? (await standIn());
  const jobs = (): Promise<readonly Job[]> =>
    ground.list<Job>('batch/v1', 'jobs', 'app.kubernetes.io/managed-by=paal');
  return {
    ground,
    workspace,
    kubeconfig: user,
    begin: async ({ attempt = '1', ...options } = {}, request = {}, kubeconfig = user) => {
      const abort = new AbortController();
      const lines: string[] = [];
      const warnings: string[] = [];
      const outcome = runAsJob(
        { ...DEFAULT_REQUEST, ...request },
        {
          namespace: ground.namespace,
          run: { id, attempt, step: 'migrate/__migrate' },
          pod: { kind: 'image', image },
          uri: { kind: 'secret', name: 'db', key: 'uri' },
          runner: folder,
          migrations: 'checkout',
          workspace,
          changelog: 'changelog',
          timeout: 120_000,
          onCancel: 'leave',
          ...options,
        },
        { connection: connection(kubeconfig, abort.signal) },
        {
          info: (line) => lines.push(line),
          warn: (message) => warnings.push(message),
          clock: systemClock,
          signal: abort.signal,
        },
      );
      // Told by whoever awaits it.
      outcome.catch(() => undefined);
      const cancel = (): void => abort.abort(new UserError('The run was cancelled.'));
      return { outcome, lines, warnings, cancel };
    },
    job: () => until('there is a Job', async () => (await jobs())[0]),
    jobs,
    pods: () => ground.list<Pod>('v1', 'pods', 'app.kubernetes.io/managed-by=paal'),
    leftovers: async () => {
      const label = 'app.kubernetes.io/managed-by=paal';
      const names = await ground.kubectl('get', 'configmaps,secrets', '-l', label, '-o', 'name');
      return names.split('\n').filter((name) => name !== '');
    },
    says: async ({ lines, outcome }, wanted) => {
      let over = false;
      outcome.then(
        () => {
          over = true;
        },
        () => {
          over = true;
        },
      );
      const said = (): boolean =>
        lines.some((line) => (typeof wanted === 'string' ? line === wanted : wanted.test(line)));
      await until(`it says ${wanted}`, async () => said() || over);
      if (!said()) throw new Error(`It never said ${wanted}, but: ${lines.join('\n')}`);
    },
  };
}

/** A migration of the stand-in that prints `mark`, and then takes its time. */
export function printing(mark: string, milliseconds = 0): string {
  return `export async function up({ print, delay }) {
  print('${mark}');
  await delay(${milliseconds});
}
`;
}

/** Ends a pod as `kubectl drain` and the cluster's own autoscaler do. */
export async function evict({ cluster, namespace }: Playground, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const input = JSON.stringify({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
  });
  const args = ['--kubeconfig', cluster.kubeconfig, 'create', '--raw', path, '-f', '-'];
  await execa(cluster.kubectl, args, { input });
}
