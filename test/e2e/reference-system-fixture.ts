import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { type FerretDb, startFerretDb } from '../cluster/services/ferretdb.ts';
import { type Published, publish } from '../cluster/services/publish.ts';
import { runStep, type StepResult } from '../contract/run-action.ts';
import { buildImage } from '../images/build-image.ts';
import { nodeBaseImage } from '../images/node-base-image.ts';
import { afterTests, type Playground, playground, sharedCluster } from './fixture.ts';
import { tell } from './tell.ts';

const DATABASE = 'shop';
const SERVICES = ['frontend', 'backend'];

/** A copy of examples/ that is ready to be tested and deployed, and its database. */
export interface Workspace {
  readonly directory: string;
  readonly database: FerretDb;
  /** With the name of the database, for the host. */
  readonly uri: string;
  /** Runs npm in it; gives what that prints, and fails with it. */
  npm(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

/** Copies examples/ as a checkout of it would be, and installs what it needs. */
export async function checkOut(): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'paal-reference-'));
  afterTests(() => rm(directory, { recursive: true }));
  await cp(join(repositoryRoot, 'examples'), directory, {
    recursive: true,
    filter: (path) => !['node_modules', 'build'].includes(basename(path)),
  });
  const npm: Workspace['npm'] = async (args, env = {}) =>
    (await execa('npm', args, { cwd: directory, all: true, env })).all;
  await npm(['ci', '--no-audit', '--no-fund']);
  const database = await startFerretDb(sharedCluster(), tell);
  afterTests(database.stop);
  return { directory, database, uri: `${database.uri}${DATABASE}`, npm };
}

/** The reference system in a namespace of its own. */
export interface ReferenceSystem {
  readonly ground: Playground;
  /** Runs paal/migrate in its checkout. */
  migrate(inputs?: Readonly<Record<string, string>>): Promise<StepResult>;
  /** Builds and pushes the images of a release. */
  build(version: string): Promise<void>;
  /** Runs paal/k8s-rollout with the manifests and the images of a release. */
  release(version: string, manifests?: string): Promise<StepResult>;
  /** Where this machine reaches a Service. */
  open(service: string): Promise<Published>;
}

/** Makes a namespace for the reference system, with the Secret that the README asks for. */
export async function referenceSystem(
  label: string,
  { directory, database, uri, npm }: Workspace,
): Promise<ReferenceSystem> {
  const ground = await playground(label);
  const { cluster } = ground;
  const { registry } = cluster;
  await nodeBaseImage(registry, { progress: tell });
  await npm(['run', 'build']);
  await ground.kubectl(
    ...['create', 'secret', 'generic', 'paal-backend'],
    `--from-literal=MONGODB_URI=${database.clusterUri}${DATABASE}`,
  );
  const imageOf = (name: string, version: string) => `${registry}/paal/${name}:${version}`;
  return {
    ground,
    migrate: (inputs = {}) =>
      runStep('migrate', { workspace: directory, inputs: { uri, ...inputs } }),
    build: async (version) => {
      for (const name of SERVICES) {
        const context = join(directory, name);
        const tags = [imageOf(name, version)];
        await buildImage({
          context,
          tags,
          buildArgs: { VERSION: version },
          registry,
          progress: tell,
        });
      }
    },
    release: (version, manifests = 'k8s/overlays/local') => {
      const images = SERVICES.map((name) => `${name}=${imageOf(name, version)}`).join('\n');
      return ground.step(
        'k8s-rollout',
        { manifests, images, version, bake: '1s', timeout: '3m' },
        {
          workspace: directory,
          env: { PATH: `${dirname(cluster.kubectl)}:${process.env.PATH}` },
        },
      );
    },
    open: async (service) => {
      const host = await ground.kubectl(
        ...['get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}'],
      );
      const published = await publish(cluster, { host, port: 80 });
      afterTests(published.stop);
      return published;
    },
  };
}
