import { describe, expect, test } from '@jest/globals';
import { latency } from '../mongodb-faults/fault.ts';
import { A, B, C, marking, type Shop, shops } from './migrate-fixture.ts';
import { faultyWay } from './migrate-proxy.ts';
import { until } from './until.ts';

const { uri, open } = shops();
const way = faultyWay(uri);

/** A migration that keeps a checkpoint, says so, and ends when the database tells it to. */
const WAITING = `
export async function up(db, client, ctx) {
  const from = ctx.resumed('last') ?? 0;
  await db.collection('marks').insertOne({ _id: 'b from ' + from });
  await ctx.checkpoint('last', 41);
  console.log('under way');
  while (!(await db.collection('gate').findOne({ _id: 'open' }))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
export async function down(db) { await db.collection('marks').deleteMany({ _id: /^b from/ }); }
`;

const FILES = {
  [`migrations/${A}`]: marking('a'),
  [`migrations/${B}`]: WAITING,
  [`migrations/${C}`]: marking('c'),
};
/** A dead run frees the lease after a second, so that a test need not wait for a minute. */
const SOON = { 'lock-ttl': '1s' };

/** Sends `signal` to the step when the migration is under way. */
function onceUnderWay(signal: NodeJS.Signals) {
  let sent = false;
  return (log: string, kill: (signal: NodeJS.Signals) => void): void => {
    if (sent || !log.includes('under way')) return;
    sent = true;
    kill(signal);
  };
}

const openGate = async (shop: Shop): Promise<void> => {
  await shop.db.collection<{ _id: string }>('gate').insertOne({ _id: 'open' });
};

/** A shop whose second migration was killed in the middle. */
async function killed(): Promise<Shop> {
  const shop = await open(FILES);
  const step = await shop.migrate(SOON, { onLog: onceUnderWay('SIGKILL') });
  expect(step.exitCode).not.toBe(0);
  await openGate(shop);
  return shop;
}

describe('a run that was killed in a migration', () => {
  test('stops the next one, which names it, its run and its checkpoint, and unlocks nothing by hand', async () => {
    const shop = await killed();
    const status = await shop.migrate({ command: 'status', ...SOON });
    const step = await shop.migrate(SOON);
    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(
      `${B} was interrupted: run https://github.com/paal/shop/actions/runs/42 of octocat`,
    );
    expect(step.errors[0]).toContain('its last checkpoint is last = 41');
    expect(step.summary).toContain('**interrupted**');
    expect(step.outputs).toMatchObject({ status: 'failed', current: A, 'pending-count': '2' });
    expect(await shop.marks()).toEqual(['a', 'b from 0']);
    expect(status.exitCode).toBe(0);
  });

  test('is gone on with from its checkpoint', async () => {
    const shop = await killed();
    const step = await shop.migrate({ ...SOON, 'on-interrupted': 'resume' });
    expect(step.errors).toEqual([]);
    expect(step.log).toContain(`${B} goes on from its checkpoint`);
    expect(await shop.marks()).toEqual(['a', 'b from 0', 'b from 41', 'c']);
    expect(await shop.changelog()).toEqual([A, B, C]);
  });

  test('is begun anew where that is asked for', async () => {
    const shop = await killed();
    await shop.db.collection<{ _id: string }>('marks').deleteOne({ _id: 'b from 0' });
    const step = await shop.migrate({ ...SOON, 'on-interrupted': 'retry' });
    expect(step.errors).toEqual([]);
    expect(await shop.marks()).toEqual(['a', 'b from 0', 'c']);
  });

  test.each([
    ['applied', ['a', 'b from 0', 'c'], [A, B, C]],
    ['pending', ['a', 'b from 0', 'b from 0 again', 'c'], [A, B, C]],
  ] as const)('is settled by a repair that says that it is %s', async (as, marks, changelog) => {
    const shop = await killed();
    await shop.migrate({ ...SOON, command: 'repair', migration: B, as });
    if (as === 'pending') {
      await shop.write({
        [`migrations/${B}`]: WAITING.replace("'b from ' + from", "'b from ' + from + ' again'"),
      });
    }
    const step = await shop.migrate(SOON);
    expect(step.errors).toEqual([]);
    expect(await shop.marks()).toEqual(marks);
    expect(await shop.changelog()).toEqual(changelog);
  });

  test('is not gone back over: what it did in the middle would stay', async () => {
    const shop = await killed();
    const step = await shop.migrate({ ...SOON, command: 'down', 'on-interrupted': 'retry' });
    expect(step.errors[0]).toContain(`${B} was interrupted`);
    expect(await shop.marks()).toEqual(['a', 'b from 0']);
  });
});

describe('a run that was cancelled in a migration', () => {
  test('records it as interrupted, frees the lease at once, and begins no further one', async () => {
    const shop = await open(FILES);
    const start = performance.now();
    const step = await shop.migrate({}, { onLog: onceUnderWay('SIGINT') });
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(step.errors[0]).toContain(`cancelled while ${B} was running`);
    const record = await shop.db.collection('paal_migrations').findOne({ fileName: B });
    expect(record?.state).toBe('interrupted');
    await openGate(shop);
    const next = await shop.migrate({ 'on-interrupted': 'resume' });
    expect(next.errors).toEqual([]);
    expect(await shop.changelog()).toEqual([A, B, C]);
  });

  test('frees the lease only when a migration that does not stop can write no more', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up(db) {
        console.log('under way');
        for (;;) await db.collection('ticks').insertOne({});
      }`,
    });
    const order: string[] = [];
    const watch = way().inject(latency(0), {
      where: ({ collection, body }) => {
        if (collection === 'ticks') order.push('write');
        if (JSON.stringify(body).includes('"released":true')) order.push('release');
        return false;
      },
    });
    const step = await shop.migrate({ uri: way().uri }, { onLog: onceUnderWay('SIGINT') });
    watch.off();
    expect(step.errors[0]).toContain(`cancelled while ${A} was running`);
    expect(order.filter((one) => one === 'release')).toHaveLength(1);
    expect(order.at(-1)).toBe('release');
  });

  test('a migration that listens to its signal stops by itself, at once', async () => {
    const shop = await open({
      [`migrations/${A}`]: `export async function up(db, client, ctx) {
        console.log('under way');
        await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
      }`,
    });
    const step = await shop.migrate({}, { onLog: onceUnderWay('SIGINT') });
    expect(step.errors[0]).toContain(`cancelled while ${A} was running`);
    const record = await shop.db.collection('paal_migrations').findOne({ fileName: A });
    expect(record?.state).toBe('interrupted');
  });
});

describe('two runs at once', () => {
  /** A first run that is in its second migration, until `end` is called. */
  async function busy() {
    const shop = await open(FILES);
    const first = shop.migrate({}, { env: { GITHUB_RUN_ID: '7' } });
    await until('the first run to be under way', async () =>
      (await shop.marks()).includes('b from 0'),
    );
    return { shop, first };
  }

  test('the second changes nothing and says who is at it, since when', async () => {
    const { shop, first } = await busy();
    const second = await shop.migrate();
    expect(second.errors[0]).toContain('Another run is migrating this database');
    expect(second.errors[0]).toContain('https://github.com/paal/shop/actions/runs/7');
    const status = await shop.migrate({ command: 'status' });
    expect(status.log).toMatch(new RegExp(`applied now  ${B}  https://.*/runs/7`));
    expect(status.log).not.toContain('interrupted');
    await openGate(shop);
    expect((await first).outputs).toMatchObject({ status: 'applied', 'applied-count': '3' });
    expect(await shop.marks()).toEqual(['a', 'b from 0', 'c']);
  });

  test('the second waits where it may, and finds nothing left to do', async () => {
    const { shop, first } = await busy();
    const second = shop.migrate({ 'lock-wait': '1m' }, { onLog: (log) => void waits(log) });
    const waits = (log: string): void => {
      if (log.includes('Waiting for https://github.com/paal/shop/actions/runs/7')) void gate();
    };
    let opened = false;
    const gate = async (): Promise<void> => {
      if (opened) return;
      opened = true;
      await openGate(shop);
    };
    expect((await first).outputs['applied-count']).toBe('3');
    expect((await second).outputs).toMatchObject({ status: 'up-to-date', 'applied-count': '0' });
    expect(await shop.marks()).toEqual(['a', 'b from 0', 'c']);
  });

  test('a lease is not taken from a run that lives', async () => {
    const { shop, first } = await busy();
    const status = await shop.migrate({ command: 'status' });
    const owner = /owner ([0-9a-f-]{36})/.exec(status.log)?.[1] ?? '';
    const step = await shop.migrate({ command: 'unlock', owner });
    expect(step.errors[0]).toContain('https://github.com/paal/shop/actions/runs/7');
    await openGate(shop);
    expect((await first).exitCode).toBe(0);
  });
});
