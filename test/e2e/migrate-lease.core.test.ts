import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '@paal/core/clock';
import { acquireLease, type LeaseOptions } from '@paal/core/migrate/lease/acquire';
import { LEASES } from '@paal/core/migrate/lease/document';
import { leaseState, unlock } from '@paal/core/migrate/lease/unlock';
import { execa } from 'execa';
import { type Db, MongoClient } from 'mongodb';
import {
  type Fault,
  failing,
  loseAnswer,
  NOT_WRITABLE_PRIMARY,
  reset,
  type Scope,
  stall,
} from '../mongodb-faults/fault.ts';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';
import { type Server, startServer } from '../mongodb-faults/server.ts';

const TTL = 1_500;

let server: Server;
let proxy: MongodbProxy;
let direct: MongoClient;
let through: MongoClient;
const cleanUp: (() => unknown)[] = [];
let sequence = 0;

beforeAll(async () => {
  server = await startServer();
  proxy = await startMongodbProxy(server);
  direct = await MongoClient.connect(server.uri);
  // What is lost is lost: here, the lease is to cope with it, not the driver.
  through = await MongoClient.connect(proxy.uri, { retryWrites: false, retryReads: false });
}, 600_000);

afterEach(async () => {
  for (const work of cleanUp.splice(0)) await work();
});

afterAll(async () => {
  await through?.close();
  await direct?.close();
  await proxy?.stop();
  await server?.stop();
});

/** A database of the test's own: past the proxy, and through it. */
function databases(): { readonly db: Db; readonly faulty: Db } {
  sequence += 1;
  const name = `lease_${process.pid}_${Date.now()}_${sequence}`;
  cleanUp.push(async () => await direct.db(name).dropDatabase());
  return { db: direct.db(name), faulty: through.db(name) };
}

function inject(fault: Fault, scope: Scope) {
  const injection = proxy.inject(fault, { collection: LEASES, ...scope });
  cleanUp.unshift(() => injection.off());
  return injection;
}

function options(run: string, more: Partial<LeaseOptions> = {}): LeaseOptions {
  return {
    lock: 'migrations',
    ttl: TTL,
    wait: 0,
    holder: { run, actor: 'ada', sha: 'c0ffee', host: hostname() },
    clock: systemClock,
    today: () => new Date(),
    signal: new AbortController().signal,
    onWait: () => {},
    ...more,
  };
}

async function take(db: Db, run: string, more: Partial<LeaseOptions> = {}) {
  const lease = await acquireLease(db, options(run, more));
  cleanUp.unshift(async () => await lease.release());
  return lease;
}

describe('of runs that want the lease at once', () => {
  test('one gets it, and the others are told which', async () => {
    const { db } = databases();
    const runs = Array.from({ length: 12 }, (_, index) => `https://ci.example/runs/${index}`);
    const results = await Promise.allSettled(runs.map(async (run) => await take(db, run)));
    const winners = runs.filter((_, index) => results[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({
        failureReason: 'Locked',
        message: expect.stringContaining(`${winners[0]} (by ada on ${hostname()})`),
      });
    }
    expect(await leaseState(db, 'migrations')).toMatchObject({ run: winners[0], fence: 1 });
  });

  test('each gets it in turn when they wait', async () => {
    const { db } = databases();
    let inside = 0;
    const work = async (run: string) => {
      const lease = await take(db, run, { wait: 60_000 });
      inside += 1;
      expect(inside).toBe(1);
      await lease.ensureHeld();
      inside -= 1;
      await lease.release();
      return lease.fence;
    };
    const fences = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(work));
    expect(fences.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(await leaseState(db, 'migrations')).toBeUndefined();
    expect(await db.collection(LEASES).countDocuments()).toBe(1);
  });
});

describe('the lease', () => {
  test.each([
    ['whose answer is lost', loseAnswer()],
    ['that does not reach the server', reset()],
    ['that reaches a member which is primary no more', failing(NOT_WRITABLE_PRIMARY)],
  ])('is taken, kept and given back through a request %s', async (_, fault) => {
    const { db, faulty } = databases();
    const hits = ['insert', 'find', 'update'].map((command) =>
      inject(fault, { command, times: 1 }),
    );
    const lease = await take(faulty, 'first');
    await lease.ensureHeld();
    expect(hits.map((one) => one.hits)).toEqual([1, 1, 1]);
    expect(lease.fence).toBe(1);
    const again = inject(fault, { command: 'update', times: 1 });
    await lease.release();
    expect(again.hits).toBe(1);
    expect(await leaseState(db, 'migrations')).toBeUndefined();
  });

  test('is lost by a run whose way to the database is cut for its ttl, and goes to the next', async () => {
    const { db, faulty } = databases();
    const first = await take(faulty, 'first');
    inject(stall('before'), {});
    const next = await take(db, 'second');
    await expect(first.ensureHeld()).rejects.toMatchObject({ failureReason: 'LeaseLost' });
    expect(first.signal.aborted).toBe(true);
    expect(next.fence).toBe(2);
    await next.ensureHeld();
  });

  test('can be unlocked by its owner alone, and only when its holder is silent', async () => {
    const { db, faulty } = databases();
    await take(faulty, 'first');
    const { owner = '' } = (await leaseState(db, 'migrations')) ?? {};
    const by = { ...options('second'), owner };
    await expect(unlock(db, { ...by, owner: 'somebody' })).rejects.toThrow(owner);
    await expect(unlock(db, by)).rejects.toMatchObject({ failureReason: 'Locked' });
    inject(stall('before'), { command: 'update' });
    expect(await unlock(db, by)).toMatchObject({ run: 'first', owner });
    expect(await leaseState(db, 'migrations')).toBeUndefined();
  });

  test('does not keep a process alive that forgets to give it back', async () => {
    const { db } = databases();
    const script = join(import.meta.dirname, '../stress/forgetful.ts');
    const args = ['--conditions=paal-source', script, server.uri, db.databaseName];
    const { stdout } = await execa(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe('taken');
    expect(await leaseState(db, 'migrations')).toMatchObject({ run: 'forgetful' });
  });
});
