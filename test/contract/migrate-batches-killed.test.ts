import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Server, startServer } from '../mongodb-faults/server.ts';

const DOCUMENTS = 50_000;
const SIZE = 1_000;
const CHILD = fileURLToPath(new URL('./migrate-batches-child.ts', import.meta.url));

let server: Server;
let client: MongoClient;

beforeAll(async () => {
  server = await startServer();
  client = await MongoClient.connect(server.uri);
}, 300_000);

afterAll(async () => {
  await client?.close();
  await server?.stop();
});

/** Runs the walk in a process of its own, which is killed when it says that it begins the batch `killAt`. */
async function attempt(database: string, killAt: number | undefined): Promise<readonly string[]> {
  const args = ['--conditions=paal-source', CHILD, server.uri, database];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === `batch ${killAt}`) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual(killAt === undefined ? [0, null] : [null, 'SIGKILL']);
  return lines;
}

test('a walk that is killed again and again does every document, and at most one batch twice for each kill', async () => {
  const database = `killed_${process.pid}_${Date.now()}`;
  const db = client.db(database);
  for (let first = 0; first < DOCUMENTS; first += 5_000) {
    await db
      .collection('users')
      .insertMany(Array.from({ length: 5_000 }, (_, index) => ({ n: first + index })));
  }
  const kills = [0, 9, 10, 33];
  for (const killAt of kills) await attempt(database, killAt);
  const last = await attempt(database, undefined);
  expect(last[0]).toBe('users: goes on behind the 33,000 documents that are done');
  expect(last.at(-1)).toMatch(/^users: 50,000 documents done, /);
  const done = await db.collection('done').find().project({ user: 1, _id: 0 }).toArray();
  expect(new Set(done.map(({ user }) => String(user))).size).toBe(DOCUMENTS);
  expect(done.length).toBeLessThanOrEqual(DOCUMENTS + kills.length * SIZE);
  await db.dropDatabase();
}, 600_000);
