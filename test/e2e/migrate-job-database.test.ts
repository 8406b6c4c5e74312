import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { MongoClient } from 'mongodb';
import { repositoryRoot } from '../../scripts/repository.ts';
import { type FerretDb, startFerretDb } from '../cluster/services/ferretdb.ts';
import { runStep } from '../contract/run-action.ts';
import { buildImage } from '../images/build-image.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { realNodeTest, sharedCluster } from './fixture.ts';
import { A, B, C, marking } from './migrate-fixture.ts';
import { evict, type JobGround, jobGround, nodeImage } from './migrate-job-fixture.ts';
import { tell } from './tell.ts';

const image = nodeImage();
const RUNNER = join(repositoryRoot, 'dist/migrate/runner');

let ferret: FerretDb | undefined;
let client: MongoClient | undefined;

beforeAll(async () => {
  if (!sharedCluster().realNodes) return;
  ferret = await startFerretDb(sharedCluster());
  client = await MongoClient.connect(ferret.uri);
}, 600_000);

afterAll(async () => {
  await client?.close();
  await ferret?.stop();
}, 60_000);

function uri(from: 'host' | 'pods', database: string): string {
  const base = from === 'host' ? ferret?.uri : ferret?.clusterUri;
  if (base === undefined) throw new Error('pods cannot reach the database');
  return `${base}${database}`;
}

/** What collections there are beside those of the records, and their marks. */
async function marks(database: string): Promise<readonly string[]> {
  const found = await client?.db(database).collection('marks').find().toArray();
  return (found ?? []).map(({ _id }) => String(_id)).sort();
}

/** A place whose Jobs run PAAL's runner. */
function place(label: string, migrations: Readonly<Record<string, string>>): Promise<JobGround> {
  return jobGround(label, image(), migrations, RUNNER);
}

interface Told {
  readonly migrations?: readonly { readonly name: string; readonly state: string }[];
  readonly failure?: { readonly message: string; readonly position?: object } | undefined;
}

/** Of a result what does not differ from run to run. */
function essence(result: Told | undefined): object {
  const { migrations = [], failure, ...rest } = result ?? {};
  const { run: _, ...counts } = rest as Record<string, unknown>;
  return {
    ...counts,
    migrations: migrations.map(({ name, state }) => ({ name, state })),
    ...(failure ? { failure: { message: failure.message, position: failure.position } } : {}),
  };
}

const THROWS = `export async function up(db) {
  await db.collection('marks').insertOne({ _id: 'half' });
  throw new Error('no such index');
}
`;

describe('migrations of a real database as a Job', () => {
  realNodeTest('come to the same as directly from the step, good or bad', async () => {
    const migrations = { [A]: marking('a'), [B]: marking('b'), [C]: THROWS };
    const { begin, workspace } = await place('job-db', migrations);
    const runs = [
      { limit: { count: 2 }, inputs: { count: '2' } },
      { limit: undefined, inputs: {} },
    ];
    for (const { limit, inputs } of runs) {
      const value = { kind: 'value', uri: uri('pods', 'as_job') } as const;
      const { result, exitCode, failure } = await (await begin({ uri: value }, { limit })).outcome;
      const direct = await runStep('migrate', {
        workspace,
        inputs: { uri: uri('host', 'direct'), ...inputs },
      });
      const report = JSON.parse(await readFile(direct.outputs.report ?? '', 'utf8')) as Told;
      expect(essence(JSON.parse(JSON.stringify(result)))).toEqual(essence(report));
      expect(exitCode).toBe(direct.exitCode);
      expect(failure?.message ?? '').toBe(direct.errors.join());
    }
    expect(await marks('as_job')).toEqual(['a', 'b', 'half']);
    expect(await marks('as_job')).toEqual(await marks('direct'));
  });

  realNodeTest(
    'leave no Secret behind, and the connection string in no object and no line',
    async () => {
      const { begin, leftovers, ground } = await place('job-uri', { [A]: marking('a') });
      const value = { kind: 'value', uri: uri('pods', 'secret_word') } as const;
      const step = await begin({ uri: value });
      expect((await step.outcome).exitCode).toBe(0);
      expect(await leftovers()).not.toContainEqual(expect.stringMatching(/^secret\//));
      const objects = await ground.kubectl('get', 'jobs,pods,configmaps,events', '-o', 'yaml');
      expect(objects).not.toContain(value.uri);
      expect(step.lines.join('\n')).not.toContain(value.uri);
    },
  );

  realNodeTest(
    'run like a workload, in a namespace that is restricted, from its image',
    async () => {
      const { begin, ground } = await place('job-like', {});
      const { registry } = ground.cluster;
      const context = await temporaryFolder('image');
      await writeFile(join(context, A), marking('of the image'));
      await writeFile(
        join(context, 'Dockerfile'),
        `FROM node:24-slim\nWORKDIR /app\nCOPY ${A} db/${A}\nUSER 1000\n`,
      );
      const own = `${registry}/backend:${ground.namespace}`;
      await buildImage({ context, tags: [own], registry, progress: tell });
      const { kubectl, kubeconfig } = ground.cluster;
      const label = 'pod-security.kubernetes.io/enforce=restricted';
      await execa(kubectl, ['--kubeconfig', kubeconfig, 'label', 'ns', ground.namespace, label]);
      await ground.kubectl(
        'create',
        'secret',
        'generic',
        'app',
        `--from-literal=MONGODB_URI=${uri('pods', 'like')}`,
      );
      await ground.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'backend' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'backend' } },
          template: {
            metadata: { labels: { app: 'backend' } },
            spec: {
              securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  name: 'app',
                  image: own,
                  envFrom: [{ secretRef: { name: 'app' } }],
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                },
              ],
            },
          },
        },
      });
      const workload = {
        kind: 'Deployment',
        namespace: ground.namespace,
        name: 'backend',
      } as const;
      const { outcome } = await begin(
        {
          pod: { kind: 'like', workload, image: undefined },
          uri: { kind: 'environment' },
          migrations: 'image',
        },
        { directory: 'db' },
      );
      expect(await outcome).toMatchObject({ exitCode: 0, failure: undefined });
      expect(await marks('like')).toEqual(['of the image']);
      const selected = await ground.list('v1', 'pods', 'app=backend');
      expect(selected).toEqual([]);
    },
  );

  realNodeTest(
    'whose pod is evicted in the middle of one are not begun anew, and say so',
    async () => {
      const { begin, says, pods, ground } = await place('job-db-evicted', {
        [A]: marking('a'),
        [B]: `export async function up(db) {
  await db.collection('marks').insertOne({ _id: 'begun' });
  console.log('begun');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
`,
      });
      const value = { kind: 'value', uri: uri('pods', 'evicted') } as const;
      const step = await begin({ uri: value });
      await says(step, 'begun');
      await evict(ground, (await pods())[0]?.metadata.name ?? '');
      const { exitCode, result, failure } = await step.outcome;
      // The second pod's: it refuses what the first one left in the middle.
      expect(exitCode).toBe(2);
      expect(step.lines).toContainEqual(expect.stringMatching(/^The pod \S+ goes on with it$/));
      expect(failure?.message).toContain(B);
      expect(failure?.message).toMatch(/interrupted/i);
      expect(result?.migrations).toContainEqual(
        expect.objectContaining({ name: B, state: 'interrupted' }),
      );
      expect(step.lines.filter((line) => line === 'begun')).toHaveLength(1);
    },
  );
});
