import { describe, expect, test } from '@jest/globals';
import {
  failing,
  loseAnswer,
  NOT_WRITABLE_PRIMARY,
  reset,
  stall,
} from '../mongodb-faults/fault.ts';
import { A, B, C, marking, type Shop, shops } from './migrate-fixture.ts';
import { faultyWay } from './migrate-proxy.ts';
import { until } from './until.ts';

const { uri, open } = shops();
const way = faultyWay(uri);
const FILES = { [`migrations/${A}`]: marking('a'), [`migrations/${B}`]: marking('b') };

const through = (shop: Shop, inputs: Readonly<Record<string, string>> = {}) =>
  shop.migrate({ uri: `${way().uri}&retryWrites=false&retryReads=false`, ...inputs });

async function expectDoneOnce(shop: Shop): Promise<void> {
  expect(await shop.marks()).toEqual(['a', 'b']);
  expect(await shop.changelog()).toEqual([A, B]);
  const records = await shop.db.collection('paal_migrations').find().toArray();
  expect(records.map(({ fileName, state }) => `${fileName} ${state}`).sort()).toEqual([
    `${A} succeeded`,
    `${B} succeeded`,
  ]);
}

describe('an answer that is lost', () => {
  test.each([
    ['the lease', 'paal_migrations_lease', 'insert'],
    ['the begin of a migration', 'paal_migrations', 'insert'],
    ['the changelog', 'changelog', 'insert'],
  ])(
    'to the write of %s: what was written counts, nothing is run twice',
    async (_, collection, command) => {
      const shop = await open(FILES);
      const lost = way().inject(loseAnswer(), { collection, command, times: 1 });
      const step = await through(shop);
      lost.off();
      expect(lost.hits).toBe(1);
      expect(step.errors).toEqual([]);
      await expectDoneOnce(shop);
    },
  );

  test('to the last word of the records is made good by the next run', async () => {
    const shop = await open(FILES);
    let inserts = 0;
    const lost = way().inject(reset(), {
      collection: 'paal_migrations',
      command: 'insert',
      where: () => {
        inserts += 1;
        return inserts > 1;
      },
    });
    const step = await through(shop);
    lost.off();
    expect(step.errors).toEqual([]);
    const records = await shop.db.collection('paal_migrations').find().toArray();
    expect(records.map(({ state }) => state)).toEqual(['planned', 'planned']);
    await shop.write({ [`migrations/${C}`]: marking('c') });
    expect((await through(shop)).outputs).toMatchObject({ status: 'applied', current: C });
    const settled = await shop.db.collection('paal_migrations').find().toArray();
    expect(settled).toHaveLength(3);
    for (const record of settled) {
      expect(record).toMatchObject({ state: 'succeeded', milliseconds: expect.any(Number) });
    }
  });
});

describe('a server that refuses', () => {
  test('the changelog: the migration is known as interrupted, and settled by a repair', async () => {
    const shop = await open(FILES);
    const refusal = way().inject(failing({ code: 8000, errmsg: 'the disk is full' }), {
      collection: 'changelog',
      command: 'insert',
    });
    const step = await through(shop);
    refusal.off();
    expect(step.errors[0]).toContain(`${A} ran, but could not be recorded in "changelog"`);
    const next = await through(shop);
    expect(next.errors[0]).toContain(`${A} was interrupted`);
    expect(await shop.marks()).toEqual(['a']);
    await through(shop, { command: 'repair', migration: A, as: 'applied' });
    expect((await through(shop)).errors).toEqual([]);
    expect(await shop.marks()).toEqual(['a', 'b']);
  });

  test('because its primary steps down while the lease is taken: the run goes on with the next', async () => {
    const shop = await open(FILES);
    const election = way().inject(failing(NOT_WRITABLE_PRIMARY), {
      collection: 'paal_migrations_lease',
      command: ['insert', 'update'],
      times: 2,
    });
    const step = await through(shop);
    election.off();
    expect(election.hits).toBe(2);
    expect(step.errors).toEqual([]);
    await expectDoneOnce(shop);
  });
});

describe('a run whose connection stands still for longer than its ttl', () => {
  test('has lost the lease, writes no changelog, and says so; the other run found the truth', async () => {
    const shop = await open(FILES);
    const stalled = way().inject(stall('before'), {
      collection: 'marks',
      command: 'insert',
      times: 1,
    });
    const beats = way().inject(stall('before'), {
      collection: 'paal_migrations_lease',
      where: () => stalled.hits > 0,
    });
    const first = through(shop, { 'lock-ttl': '1s' });
    await until('the first run to stand still', async () => stalled.hits > 0);
    const second = await shop.migrate({ 'lock-ttl': '1s' });
    expect(second.errors[0]).toContain(`${A} was interrupted`);
    beats.off();
    stalled.off();
    const late = await first;
    expect(late.exitCode).toBe(1);
    expect(late.errors[0]).toContain('lease');
    expect(await shop.changelog()).toEqual([]);
  });
});
