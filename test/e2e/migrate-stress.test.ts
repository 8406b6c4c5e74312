import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomNumbers } from '@paal/core/migrate/lease/lease.test-data';
import { MongoClient } from 'mongodb';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';
import { judge } from '../stress/judge.ts';
import { lastRun, playRound } from '../stress/round.ts';

const ROUNDS = Number(process.env.PAAL_STRESS_ROUNDS ?? 8);
const SEED = Number(process.env.PAAL_STRESS_SEED ?? Date.now() % 1_000_000);
const RUNNERS = 8;
const TTL = 600;
const MIGRATIONS = Array.from({ length: 10 }, (_, index) => `2024010100000${index}-step.js`);
/** A round takes a few seconds; one in which a run waits for ever must not take the whole job. */
const ROUND_LIMIT = 120_000;

let server: Server;
let proxy: MongodbProxy;
let client: MongoClient;

beforeAll(async () => {
  server = await startServer();
  proxy = await startMongodbProxy(server);
  client = await MongoClient.connect(server.uri);
}, 600_000);

afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});

describe(`${RUNNERS} runs at once that are killed, stopped and cut off, seed ${SEED}`, () => {
  test.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'never migrate at the same time, and leave a lease that the next run gets, in round %i',
    async (round) => {
      const random = randomNumbers(SEED * 1_000 + round);
      const database = `stress_${process.pid}_${SEED}_${round}`;
      const db = client.db(database);
      const order = { proxy, database, migrations: MIGRATIONS, runners: RUNNERS, ttl: TTL, random };
      const begin = performance.now();
      const { reports, troubles } = await playRound(order);
      const last = await lastRun(order);
      const verdict = judge([...reports, last]);
      const { violations, ...figures } = verdict;
      const seconds = Number(((performance.now() - begin) / 1_000).toFixed(1));
      const told = { seed: SEED, round, seconds, ...troubles, ...figures };
      process.stderr.write(`${JSON.stringify(told)}\n`);
      expect(violations).toEqual([]);
      expect(last.events.at(-1)).toEqual({ what: 'ended', how: 'ok', why: '' });
      const rows = await db.collection('changelog').find().sort({ fileName: 1 }).toArray();
      expect(rows.map(({ fileName }) => fileName)).toEqual(MIGRATIONS);
      // What is in the changelog was carried out to its end by the run that recorded it.
      const marks = await db.collection('marks').find().toArray();
      for (const migration of MIGRATIONS) {
        const done = marks.filter((mark) => mark.migration === migration);
        const byFence = Map.groupBy(done, ({ fence }) => fence);
        expect([...byFence.values()].some((all) => all.length === 3)).toBe(true);
      }
      await db.dropDatabase();
    },
    ROUND_LIMIT,
  );
});
