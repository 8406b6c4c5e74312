import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomNumbers } from '@paal/core/migrate/lease/lease.test-data';
import { execa } from 'execa';
import { MongoClient } from 'mongodb';
import { repositoryRoot } from '../../scripts/repository.ts';
import { loseAnswer, reset } from '../mongodb-faults/fault.ts';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ROUNDS = Number(process.env.PAAL_STRESS_ROUNDS ?? 3);
const SEED = Number(process.env.PAAL_STRESS_SEED ?? Date.now() % 1_000_000);
const RUNNERS = 8;
const TTL = 1_000;
const MIGRATIONS = Array.from({ length: 6 }, (_, index) => `2024010100000${index}-step.mjs`);
const RUNNER = join(repositoryRoot, 'dist/migrate/runner/index.js');

/** Some statements that each leave a mark: which process, and when by the machine's clock. */
const BODY = `
const mark = (db, migration, index) =>
  db.collection('marks').insertOne({ migration, index, process: process.pid, at: Date.now() });
export const step = (migration) => async (db, client, ctx) => {
  for (let index = 0; index < 3; index += 1) {
    ctx.signal.throwIfAborted();
    await mark(db, migration, index);
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 25));
  }
};`;

let server: Server;
let proxy: MongodbProxy;
let client: MongoClient;
let directory: string;

beforeAll(async () => {
  server = await startServer();
  proxy = await startMongodbProxy(server);
  client = await MongoClient.connect(server.uri);
  directory = join(await temporaryFolder('stress'), 'migrations');
  await mkdir(directory);
  await writeFile(join(directory, 'body.mjs'), BODY);
  for (const name of MIGRATIONS) {
    const text = `import { step } from './body.mjs';\nexport const up = step('${name}');\n`;
    await writeFile(join(directory, name), text);
  }
}, 600_000);

afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});

/** Starts the runner itself, as a Job or a script does. */
function start(database: string, run: string, count: number, ttl: number) {
  const options = [`--directory=${directory}`, `--database=${database}`, `--count=${count}`];
  const more = [`--lock-ttl=${ttl}ms`, '--lock-wait=60s', '--on-interrupted=retry', `--run=${run}`];
  return execa(process.execPath, [RUNNER, 'up', ...options, ...more], {
    env: { MONGODB_URI: proxy.uri },
    reject: false,
    all: true,
  });
}

type Child = ReturnType<typeof start>;

/** Kills one run in four, and stops one in three for longer than its ttl. */
async function trouble(child: Child, random: () => number, stalled: Set<number>): Promise<void> {
  const [fate, wait, length] = [random(), 400 + random() * 2_500, TTL * (1.1 + random())];
  const isOver = await Promise.race([delay(wait, false), child.then(() => true)]);
  if (isOver) return;
  if (fate < 0.25) child.kill('SIGKILL');
  else if (fate < 0.6) {
    stalled.add(child.pid ?? 0);
    child.kill('SIGSTOP');
    await delay(length);
    child.kill('SIGCONT');
  }
}

interface Mark {
  readonly migration: string;
  readonly process: number;
  readonly index: number;
  readonly at: number;
}

/** The pairs of processes that were in one migration at the same time. */
function overlaps(marks: readonly Mark[]): readonly (readonly [number, number])[] {
  const attempts = [...Map.groupBy(marks, (mark) => `${mark.migration} ${mark.process}`).values()];
  const spans = attempts.map((all) => ({
    migration: all[0]?.migration,
    process: all[0]?.process ?? 0,
    from: Math.min(...all.map(({ at }) => at)),
    to: Math.max(...all.map(({ at }) => at)),
  }));
  return spans.flatMap((one, index) =>
    spans
      .slice(index + 1)
      .filter(
        (other) =>
          other.migration === one.migration && other.from <= one.to && one.from <= other.to,
      )
      .map((other) => [one.process, other.process] as const),
  );
}

describe(`${RUNNERS} runners at once that are killed, stopped and cut off, seed ${SEED}`, () => {
  test.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'apply every migration once, and leave nothing to unlock, in round %i',
    async (round) => {
      const random = randomNumbers(SEED * 1_000 + round);
      const database = `runners_${process.pid}_${SEED}_${round}`;
      const db = client.db(database);
      const scope = (share: number) => ({
        command: ['find', 'insert', 'update', 'delete'],
        where: () => random() < share,
      });
      const faults = [proxy.inject(loseAnswer(), scope(0.02)), proxy.inject(reset(), scope(0.01))];
      const stalled = new Set<number>();
      const runs = Array.from({ length: RUNNERS }, (_, index) =>
        start(database, `run-${index}`, 1 + Math.floor(random() * 3), TTL),
      );
      await Promise.all(runs.map(async (run) => await trouble(run, random, stalled)));
      const ends = await Promise.all(runs);
      for (const fault of faults) fault.off();

      const last = await start(database, 'last', MIGRATIONS.length, 20_000);
      const told = ends.map(({ exitCode, signal }) => exitCode ?? signal);
      process.stderr.write(
        `${JSON.stringify({ seed: SEED, round, told, stalled: stalled.size })}\n`,
      );
      expect(last.all).not.toContain('Error:');
      expect(last.exitCode).toBe(0);

      const rows = await db.collection('changelog').find().sort({ fileName: 1 }).toArray();
      expect(rows.map(({ fileName }) => fileName)).toEqual(MIGRATIONS);
      const marks = await db.collection<Mark>('marks').find().toArray();
      for (const migration of MIGRATIONS) {
        const done = marks.filter((mark) => mark.migration === migration);
        const attempts = [...Map.groupBy(done, (mark) => mark.process).values()];
        expect(attempts.some((all) => new Set(all.map(({ index }) => index)).size === 3)).toBe(
          true,
        );
      }
      // One that stood still may finish the statement that it was at: the limit of every lease.
      const together = overlaps(marks).filter((pair) => !pair.some((one) => stalled.has(one)));
      expect(together).toEqual([]);
      await db.dropDatabase();
    },
    180_000,
  );
});
