import { chmod, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, test } from '@jest/globals';
import { type Db, MongoClient } from 'mongodb';
import { systemClock } from '../../packages/core/src/clock.ts';
import type { RemoteOutcome } from '../../packages/core/src/migrate/drivers/remote.ts';
import { runOverSsh } from '../../packages/core/src/migrate/drivers/ssh.ts';
import type { SshOptions } from '../../packages/core/src/migrate/drivers/ssh-config.ts';
import { DEFAULT_REQUEST, type MigrateRequest } from '../../packages/core/src/migrate/request.ts';
import { type LoopbackFerretDb, startLoopbackFerretDb } from '../mongodb-faults/ferretdb.ts';
import { type DatabaseServer, startDatabaseServer } from '../sshd/server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The run that asks for migrations in these tests. */
export const RUN = 'https://github.com/paal/shop/actions/runs/42';

/** A migration that says "at work" and ends when {@link Ground.release} says so. */
export const HELD = `
import { setTimeout as delay } from 'node:timers/promises';
export async function up(db) {
  console.log('at work');
  while (!(await db.collection('gate').findOne({ _id: 'open' }))) await delay(50);
  await db.collection('marks').insertOne({ _id: 'held' });
}
export async function down() {}
`;

/** A database's server, with FerretDB behind it, for the tests of one file. */
export interface Ground {
  readonly server: DatabaseServer;
  /** The database of the settings of production. */
  readonly db: Db;
  readonly options: SshOptions;
  /** Empties the database, and gives the server these migrations. */
  reset(migrations: Readonly<Record<string, string>>): Promise<void>;
  /** Lets {@link HELD} end. */
  release(): Promise<void>;
  /** File names in the changelog, in their order. */
  changelog(): Promise<readonly string[]>;
}

/** A run through the driver. */
export interface Call {
  readonly outcome: Promise<RemoteOutcome>;
  readonly cancel: AbortController;
  /** Everything that was printed, a line each; warnings begin with "Warning: ". */
  readonly log: readonly string[];
  /** Resolves when a line matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a run through the driver. */
export function overSsh(request: Partial<MigrateRequest>, options: SshOptions): Call {
  const cancel = new AbortController();
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const info = (line: string): void => {
    log.push(line);
    for (const look of waiting) look();
  };
  const outcome = runOverSsh(
    {
      ...DEFAULT_REQUEST,
      environment: 'production',
      runner: { run: RUN, actor: 'octocat', sha: '0123456789abcdef', host: 'runner' },
      ...request,
    },
    options,
    {
      info,
      warn: (message) => info(`Warning: ${message}`),
      clock: systemClock,
      signal: cancel.signal,
    },
  );
  outcome.catch(() => {});
  const says: Call['says'] = (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(log.join('\n'));
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
      void outcome.then(
        () => reject(new Error(`it ended without ${pattern}:\n${log.join('\n')}`)),
        reject,
      );
    });
  return { outcome, cancel, log, says };
}

/** Waits until `condition` holds. */
export async function eventually(
  condition: () => Promise<boolean>,
  what: string,
  seconds = 60,
): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(100);
  }
}

const able = process.platform === 'linux' && process.getuid?.() === 0;

/** A test that needs a server of its own, which root on Linux can make; else it says that it is skipped. */
export function serverTest(name: string, run: () => Promise<void>): void {
  if (able) test(name, run);
  else test.skip(`${name} (skipped: it needs root on Linux)`, run);
}

/** Starts the server and the database before the tests of a file, and ends them after. */
export function databaseServer(): () => Ground {
  let ground: Ground | undefined;
  let ferretdb: LoopbackFerretDb | undefined;
  let client: MongoClient | undefined;

  beforeAll(async () => {
    if (!able) return;
    ferretdb = await startLoopbackFerretDb();
    const uri = `${ferretdb.uri}shop`;
    const server = await startDatabaseServer(uri);
    client = await MongoClient.connect(uri);
    const db = client.db();
    ground = {
      server,
      db,
      options: {
        host: server.host,
        port: server.port,
        user: 'db-admin',
        hostKey: server.hostKey,
        key: server.key,
        certificate: undefined,
        agent: undefined,
        jump: undefined,
        directory: '/opt/paal/scripts',
        onCancel: 'stop',
        temporary: await temporaryFolder('ssh-client'),
      },
      reset: async (migrations) => {
        await db.dropDatabase();
        await server.run('rm -f /opt/paal/migrations/*');
        for (const [name, text] of Object.entries(migrations)) {
          const path = server.path(`/opt/paal/migrations/${name}`);
          await writeFile(path, text);
          await chmod(path, 0o644);
        }
      },
      release: async () => {
        await db.collection<{ _id: string }>('gate').insertOne({ _id: 'open' });
      },
      changelog: async () =>
        (await db.collection('changelog').find().sort({ appliedAt: 1 }).toArray()).map(
          ({ fileName }) => String(fileName),
        ),
    };
  }, 600_000);

  afterAll(async () => {
    await client?.close();
    await ground?.server.stop();
    await ferretdb?.stop();
  }, 60_000);

  return () => {
    if (!ground) throw new Error('the server was not started');
    return ground;
  };
}
