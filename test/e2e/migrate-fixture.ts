import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type Db, MongoClient } from 'mongodb';
import { startFerretDb } from '../cluster/services/ferretdb.ts';
import { runStep, type StepOptions, type StepResult } from '../contract/run-action.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { sharedCluster } from './fixture.ts';

/** A repository with migrations, and a database of its own on the server of this test file. */
export interface Shop {
  readonly workspace: string;
  readonly database: string;
  readonly db: Db;
  /** Runs `paal/migrate` in the repository. */
  migrate(inputs?: Readonly<Record<string, string>>, options?: StepOptions): Promise<StepResult>;
  /** Adds files, or writes them anew. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(file: string): Promise<void>;
  /** Names of the files in a folder of the repository, sorted. */
  files(folder: string): Promise<readonly string[]>;
  /** File names in the changelog, in the order of application. */
  changelog(): Promise<readonly string[]>;
  /** What the migrations of these tests left in the database, sorted. */
  marks(): Promise<readonly string[]>;
}

let sequence = 0;

/** A migration that leaves `mark` in the database, and takes it away again. */
export function marking(mark: string): string {
  return `
export async function up(db) { await db.collection('marks').insertOne({ _id: '${mark}' }); }
export async function down(db) { await db.collection('marks').deleteOne({ _id: '${mark}' }); }
`;
}

/** The names of four migrations, in their order. */
export const A = '20240101000000-a.mjs';
export const B = '20240102000000-b.mjs';
export const C = '20240103000000-c.mjs';
export const D = '20240104000000-d.mjs';

/** What the tests of one file use: the server that MONGODB_URI names, or else a FerretDB. */
export function shops(): {
  readonly uri: () => string;
  open(files: Readonly<Record<string, string>>): Promise<Shop>;
} {
  let uri = '';
  let stop = async (): Promise<void> => {};
  let client: MongoClient;

  beforeAll(async () => {
    uri = process.env.MONGODB_URI ?? '';
    if (uri === '') ({ uri, stop } = await startFerretDb(sharedCluster()));
    client = await MongoClient.connect(uri);
  }, 600_000);

  afterAll(async () => {
    await client?.close();
    await stop();
  }, 60_000);

  return {
    uri: () => uri,
    open: async (files) => {
      sequence += 1;
      const database = `shop_${process.pid}_${Date.now()}_${sequence}`;
      const workspace = await temporaryFolder('shop');
      const db = client.db(database);
      const write: Shop['write'] = async (more) => {
        for (const [name, text] of Object.entries(more)) {
          await mkdir(dirname(join(workspace, name)), { recursive: true });
          await writeFile(join(workspace, name), text);
        }
      };
      await write({ 'migrations/.gitkeep': '', ...files });
      return {
        workspace,
        database,
        db,
        write,
        migrate: async (inputs = {}, options = {}) =>
          await runStep('migrate', { workspace, inputs: { uri, database, ...inputs }, ...options }),
        remove: async (file) => await rm(join(workspace, file)),
        files: async (folder) => (await readdir(join(workspace, folder))).sort(),
        changelog: async () =>
          (
            await db.collection('changelog').find().sort({ appliedAt: 1, fileName: 1 }).toArray()
          ).map(({ fileName }) => fileName),
        marks: async () =>
          (await db.collection('marks').find().sort({ _id: 1 }).toArray()).map(({ _id }) =>
            String(_id),
          ),
      };
    },
  };
}
