import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Db, MongoClient } from 'mongodb';
import { repositoryRoot } from '../../scripts/repository.ts';
import { runStep } from '../contract/run-action.ts';
import { startServer } from '../mongodb-faults/server.ts';
import type { Bench } from './benchmark.ts';

const PROBE = fileURLToPath(new URL('./peak-memory.mjs', import.meta.url));
const MIGRATE_MONGO = join(repositoryRoot, 'node_modules/migrate-mongo/bin/migrate-mongo.js');

/** A server for both contenders, and what they work in. */
export interface MigrateGround {
  readonly uri: string;
  /** Whether it is a MongoDB, named by MONGODB_URI, rather than a FerretDB. */
  readonly isMongodb: boolean;
  readonly signal: AbortSignal;
  /** Folders in it go afterwards. */
  readonly folder: string;
  /** A database of its own, which goes afterwards. */
  database(label: string): Db;
}

/** What a process took. */
export interface Taken {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Does `work` with a server that ends with it, unless it was given. */
export async function withMigrateGround<T>(
  { say, signal }: Bench,
  work: (ground: MigrateGround) => Promise<T>,
): Promise<T> {
  const server = await startServer(say);
  const folder = await mkdtemp(join(tmpdir(), 'paal-bench-'));
  const client = new MongoClient(server.uri);
  const databases: Db[] = [];
  try {
    await client.connect();
    return await work({
      uri: server.uri,
      isMongodb: server.isGiven,
      signal,
      folder,
      database: (label) => {
        const db = client.db(`bench_${label}_${process.pid}_${databases.length}`);
        databases.push(db);
        return db;
      },
    });
  } finally {
    if (server.isGiven) for (const db of databases) await db.dropDatabase();
    await client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder `migrations` with these files, and the configuration of migrate-mongo beside it. */
export async function repositoryWith(
  ground: MigrateGround,
  database: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const workspace = await mkdtemp(join(ground.folder, 'repository-'));
  await mkdir(join(workspace, 'migrations'));
  const config = {
    mongodb: { url: ground.uri, databaseName: database, options: {} },
    migrationsDir: 'migrations',
    changelogCollectionName: 'changelog',
    migrationFileExtension: '.mjs',
    useFileHash: false,
    moduleSystem: 'esm',
  };
  await writeFile(join(workspace, 'package.json'), '{"type":"module"}');
  await writeFile(
    join(workspace, 'migrate-mongo-config.js'),
    `export default ${JSON.stringify(config)};\n`,
  );
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(workspace, 'migrations', name), text);
  }
  return workspace;
}

/** What a process takes, whose seconds `work` gives; its memory is its own, not the server's. */
async function timed(
  ground: MigrateGround,
  work: (env: Readonly<Record<string, string>>) => Promise<number>,
): Promise<Taken> {
  const peak = join(ground.folder, 'peak');
  const seconds = await work({ PAAL_BENCH_PEAK_FILE: peak });
  return { seconds, megabytes: (Number(await readFile(peak, 'utf8')) * 1_024) / 1_000_000 };
}

/** Applies what is pending in a repository to a database. */
export type Up = (ground: MigrateGround, workspace: string, database: string) => Promise<Taken>;

/** The step `paal/migrate`. */
export const paal: Up = async (ground, workspace, database) =>
  await timed(ground, async (env) => {
    const inputs = { uri: ground.uri, database };
    const nodeOptions = ['--import', PROBE];
    const step = await runStep('migrate', { workspace, inputs, nodeOptions, env });
    await rm(step.temp, { recursive: true, force: true });
    if (step.exitCode !== 0) throw new Error(`paal/migrate failed:\n${step.log}`);
    return step.seconds;
  });

/** `migrate-mongo up`. */
export const migrateMongo: Up = async (ground, workspace) =>
  await timed(ground, async (env) => {
    const args = ['--import', PROBE, MIGRATE_MONGO, 'up'];
    const begin = performance.now();
    await execa(process.execPath, args, { cwd: workspace, env, cancelSignal: ground.signal });
    return (performance.now() - begin) / 1_000;
  });
