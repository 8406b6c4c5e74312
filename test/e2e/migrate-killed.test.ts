import { describe, expect, test } from '@jest/globals';
import type { StepOptions } from '../contract/run-action.ts';
import { stall } from '../mongodb-faults/fault.ts';
import { A, B, C, marking, type Shop, shops } from './migrate-fixture.ts';
import { faultyWay } from './migrate-proxy.ts';
import { until } from './until.ts';

const { uri, open } = shops();
const way = faultyWay(uri);

const KILL = "process.kill(process.pid, 'SIGKILL');";
const FILES = {
  [`migrations/${A}`]: marking('a'),
  [`migrations/${B}`]: marking('b'),
  [`migrations/${C}`]: marking('c'),
};
/** A dead run frees the lease after a second, so that a test need not wait for a minute. */
const SOON = { 'lock-ttl': '1s' };

/** A run that is killed as soon as `isTime`. */
async function killedWhen(
  shop: Shop,
  isTime: () => Promise<boolean>,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  let end = (): void => undefined;
  const onLog: StepOptions['onLog'] = (_, kill) => {
    end = () => kill('SIGKILL');
  };
  const step = shop.migrate({ ...SOON, ...inputs }, { onLog });
  await until('the moment to kill the run', isTime);
  end();
  await step;
}

/** A run that is killed while it waits for the answer to its first insert into `collection`. */
async function killedAfterInsert(
  shop: Shop,
  collection: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stalled = way().inject(stall('after'), { collection, command: 'insert', times: 1 });
  await killedWhen(shop, async () => stalled.hits > 0, { uri: way().uri, ...inputs });
  stalled.off();
}

const states = async (shop: Shop): Promise<readonly string[]> =>
  (await shop.db.collection('paal_migrations').find().sort({ fileName: 1 }).toArray()).map(
    ({ fileName, state }) => `${fileName} ${state}`,
  );

describe('a run that was killed', () => {
  test('before its first migration: the next one says that it may have begun, and that no other has', async () => {
    const shop = await open(FILES);
    await killedAfterInsert(shop, 'paal_migrations');
    const next = await shop.migrate(SOON);
    const status = await shop.migrate({ command: 'status' });
    expect(next.errors).toEqual([expect.stringContaining(`${A} may have begun: run https://`)]);
    expect(await states(shop)).toEqual([`${A} interrupted`]);
    expect(status.log).toContain(`may have begun  ${A}`);
    const retry = await shop.migrate({ ...SOON, 'on-interrupted': 'retry' });
    expect(retry.outputs).toMatchObject({ status: 'applied', 'applied-count': '3' });
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
  });

  test('between two migrations: the next one may have begun, and the one before keeps its record', async () => {
    const shop = await open(FILES);
    await killedAfterInsert(shop, 'changelog');
    const next = await shop.migrate(SOON);
    expect(next.errors[0]).toContain(`${B} may have begun`);
    expect(next.errors[0]).not.toContain('failed');
    expect(await states(shop)).toEqual([`${A} succeeded`, `${B} interrupted`]);
    const record = await shop.db.collection('paal_migrations').findOne({ fileName: A });
    const row = await shop.db.collection('changelog').findOne({ fileName: A });
    expect(record).toMatchObject({
      milliseconds: row?.milliseconds,
      finishedAt: row?.appliedAt,
      source: { files: [{ path: A, text: marking('a') }] },
    });
    await shop.migrate({ ...SOON, 'on-interrupted': 'retry' });
    expect(await shop.changelog()).toEqual([A, B, C]);
    expect(await shop.marks()).toEqual(['a', 'b', 'c']);
  });

  test('after its last migration: nothing is left to be done or settled by hand', async () => {
    const shop = await open(FILES);
    await killedAfterInsert(shop, 'changelog', { count: '1' });
    expect((await shop.migrate(SOON)).outputs).toMatchObject({ 'applied-count': '2' });
    expect(await states(shop)).toEqual([`${A} succeeded`, `${B} succeeded`, `${C} succeeded`]);
  });

  test('on the way back: what was reverted is settled, and the next one may have begun', async () => {
    const shop = await open(FILES);
    await shop.migrate();
    const stalled = way().inject(stall('after'), {
      collection: 'changelog',
      command: 'delete',
      times: 1,
    });
    const down = { command: 'down', to: '0' };
    await killedWhen(shop, async () => stalled.hits > 0, { uri: way().uri, ...down });
    stalled.off();
    expect((await shop.migrate({ ...SOON, ...down })).errors[0]).toContain(`${B} may have begun`);
    await shop.migrate({ ...SOON, ...down, 'on-interrupted': 'retry' });
    expect(await shop.marks()).toEqual([]);
    expect(await shop.changelog()).toEqual([]);
  });
});

describe('a run that was killed within a migration', () => {
  test('that had only just begun: whether it had is not claimed', async () => {
    const shop = await open({
      ...FILES,
      [`migrations/${B}`]: `export async function up() { ${KILL} }`,
    });
    await shop.migrate(SOON);
    expect((await shop.migrate(SOON)).errors[0]).toContain(`${B} may have begun`);
  });

  test('that had kept a checkpoint: it was interrupted, and its checkpoint is named', async () => {
    const shop = await open({
      ...FILES,
      [`migrations/${B}`]: `export async function up(db, client, ctx) {
        await ctx.checkpoint('last', 41); ${KILL} }`,
    });
    await shop.migrate(SOON);
    const { errors } = await shop.migrate(SOON);
    expect(errors[0]).toContain(`${B} was interrupted`);
    expect(errors[0]).toContain('its last checkpoint is last = 41');
  });

  test('that took its time, without a checkpoint: it was interrupted', async () => {
    const shop = await open({
      [`migrations/${A}`]: marking('a'),
      [`migrations/${B}`]:
        'export async function up() { await new Promise(() => setInterval(() => {}, 1e6)); }',
    });
    const records = shop.db.collection('paal_migrations');
    await killedWhen(shop, async () => (await records.countDocuments({ begun: true })) > 0);
    const { errors } = await shop.migrate(SOON);
    expect(errors[0]).toContain(`${B} was interrupted`);
    expect(errors[0]).toContain('it set no checkpoint');
  });
});

test('a run that fails leaves the ends of what it ran, and nothing of what it did not begin', async () => {
  const shop = await open({
    ...FILES,
    [`migrations/${B}`]: "export async function up() { throw new Error('no room'); }",
  });
  const step = await shop.migrate();
  expect(step.exitCode).toBe(1);
  expect(await states(shop)).toEqual([`${A} succeeded`, `${B} failed`]);
  const records = await shop.db.collection('paal_migrations').find().toArray();
  for (const record of records) expect(record.milliseconds).toEqual(expect.any(Number));
});
