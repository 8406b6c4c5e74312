import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireLease } from '@paal/core/migrate/lease/acquire';
import { LeaseLostError } from '@paal/core/migrate/lease/errors';
import type { MigrationLease } from '@paal/core/migrate/lease/keep';
import { type Db, MongoClient } from 'mongodb';
import { machineClock as clock, report } from './events.ts';

/** What one run of the stress test is told, as JSON in its first argument. */
export interface RunnerOrder {
  readonly uri: string;
  readonly database: string;
  readonly run: string;
  readonly migrations: readonly string[];
  /** How many it applies at most. */
  readonly most: number;
  readonly ttl: number;
}

const STATEMENTS = 3;
const WAIT = 60_000;

interface Row {
  readonly _id: string;
  readonly fileName: string;
  readonly run: string;
}

/** A migration: some statements, each of which leaves a mark of its own. */
async function body(db: Db, lease: MigrationLease, migration: string): Promise<void> {
  for (let index = 0; index < STATEMENTS; index += 1) {
    const asked = clock.now();
    await lease.ensureHeld();
    const [ensured, { fence, heldUntil }] = [clock.now(), lease];
    await db.collection('marks').insertOne({ migration, index, fence });
    const done = clock.now();
    report({ what: 'statement', fence, migration, index, asked, ensured, heldUntil, done });
    await delay(5 + Math.random() * 25, undefined, { signal: lease.signal });
  }
}

/** Its row in the changelog; the name as `_id` lets only one run record it. */
async function record(db: Db, migration: string, run: string): Promise<void> {
  const changelog = db.collection<Row>('changelog');
  try {
    await changelog.insertOne({ _id: migration, fileName: migration, run });
  } catch (error) {
    const row = await changelog.findOne({ _id: migration });
    if (row?.run !== run) throw error;
  }
}

/** One run: take the lease, apply what is not applied, give it back. */
async function run(db: Db, order: RunnerOrder): Promise<void> {
  const lease = await acquireLease(db, {
    lock: 'migrations',
    ttl: order.ttl,
    wait: WAIT,
    holder: { run: order.run, actor: 'stress', sha: '', host: hostname() },
    clock,
    today: () => new Date(),
    signal: new AbortController().signal,
    onWait: () => {},
  });
  try {
    report({ what: 'acquired', fence: lease.fence, at: clock.now() });
    const applied = await db.collection('changelog').distinct('fileName');
    const pending = order.migrations.filter((name) => !applied.includes(name));
    for (const migration of pending.slice(0, order.most)) {
      await body(db, lease, migration);
      await lease.ensureHeld();
      await record(db, migration, order.run);
      report({ what: 'recorded', fence: lease.fence, migration });
    }
  } catch (error) {
    lease.signal.throwIfAborted();
    throw error;
  } finally {
    report({ what: 'over', fence: lease.fence, at: clock.now() });
    await lease.release();
  }
}

const order = JSON.parse(process.argv[2] ?? '') as RunnerOrder;
const client = new MongoClient(order.uri, { serverSelectionTimeoutMS: 5_000 });
try {
  await run(client.db(order.database), order);
  report({ what: 'ended', how: 'ok', why: '' });
} catch (error) {
  const how = error instanceof LeaseLostError ? 'lost' : 'failed';
  report({ what: 'ended', how, why: String(error) });
} finally {
  await client.close(true);
}
