import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type VirtualClock, virtualClock } from '../../clock.test-data.ts';
import { takeLease } from './acquire.ts';
import {
  ModelCollection,
  type ModelProcess,
  modelProcess,
  randomNumbers,
  type Stall,
  type Troubles,
} from './lease.test-data.ts';

const TTL = 300;
const DURATION = 5_000;
const RUNS = Number(process.env.PAAL_LEASE_RUNS ?? 100);

/** An `ensureHeld` that resolved, on the common time. */
interface Pass {
  readonly name: string;
  readonly fence: number;
  readonly asked: number;
  readonly at: number;
  /** Until when the lease was promised, or it was given back. */
  until: number;
}

/** Takes the lease again and again, and uses it for a while. */
async function work(
  name: string,
  { clock, store, common }: ModelProcess,
  shared: VirtualClock,
  random: () => number,
  passes: Pass[],
): Promise<never> {
  for (let turn = 1; ; turn += 1) {
    try {
      const lease = await takeLease(store, {
        lock: 'migrations',
        ttl: TTL,
        wait: DURATION,
        holder: { run: name, actor: '', sha: '', host: '' },
        clock,
        today: () => new Date(0),
        signal: new AbortController().signal,
        onWait: () => {},
      });
      const own: Pass[] = [];
      try {
        for (let step = 0; step < 3; step += 1) {
          const asked = shared.now();
          await lease.ensureHeld();
          const until = common(lease.heldUntil);
          const pass = {
            name: `${name}.${turn}`,
            fence: lease.fence,
            asked,
            at: shared.now(),
            until,
          };
          own.push(pass);
          passes.push(pass);
          await clock.sleep(random() * random() * TTL, lease.signal);
        }
      } finally {
        for (const pass of own) pass.until = Math.min(pass.until, shared.now());
        await lease.release();
      }
    } catch {
      await clock.sleep(random() * 20);
    }
  }
}

const troubles: fc.Arbitrary<Troubles> = fc.record({
  lostRequest: fc.constantFrom(0, 0.1),
  lostAnswer: fc.constantFrom(0, 0.1),
  slow: fc.constantFrom(0, 0.1, 0.4),
  slowest: fc.constantFrom(TTL / 3, TTL, TTL * 2),
  stale: fc.constantFrom(0, TTL, TTL * 3),
  isFerretDb: fc.boolean(),
});

const stall: fc.Arbitrary<Stall> = fc
  .tuple(fc.integer({ min: 0, max: DURATION }), fc.integer({ min: TTL / 3, max: TTL * 1.6 }))
  .map(([from, length]) => ({ from, to: from + length }));

const processes = fc.array(
  fc.record({
    troubles,
    stalls: fc.array(stall, { maxLength: 12 }),
    killed: fc.option(fc.integer({ min: 0, max: DURATION }), { freq: 6 }),
    offset: fc.integer({ min: 0, max: 1_000_000 }),
    rate: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
  }),
  { minLength: 2, maxLength: 4 },
);

async function simulate(all: Parameters<typeof modelProcess>[3][], seed: number) {
  const shared = virtualClock();
  const random = randomNumbers(seed);
  const collection = new ModelCollection(shared.now);
  const passes: Pass[] = [];
  for (const [index, options] of all.entries()) {
    const process = modelProcess(collection, shared, random, options);
    void work(`run ${index}`, process, shared, random, passes);
  }
  await shared.pass(DURATION);
  return { shared, random, collection, passes };
}

const given = fc.tuple(processes, fc.integer()).map(([some, seed]) => ({
  seed,
  all: some.map(({ stalls, killed, ...rest }) => ({
    ...rest,
    stalls: killed === null ? stalls : [...stalls, { from: killed, to: Number.POSITIVE_INFINITY }],
  })),
}));

describe('of runs that are stopped, killed, cut off and slow, on clocks that differ', () => {
  test('no two are promised the lease for the same time, and no fence follows a higher one', async () => {
    let promised = 0;
    await fc.assert(
      fc.asyncProperty(given, async ({ all, seed }) => {
        const { passes } = await simulate(all, seed);
        promised += passes.length;
        for (const one of passes) {
          for (const other of passes) {
            if (one.name === other.name) continue;
            const overlap = Math.min(one.until, other.until) - Math.max(one.at, other.at);
            if (overlap > 0) throw new Error(`both: ${JSON.stringify([one, other])}`);
            if (one.at < other.asked && one.fence >= other.fence) {
              throw new Error(`backwards: ${JSON.stringify([one, other])}`);
            }
          }
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(promised).toBeGreaterThan(RUNS * 5);
  });

  test('the lease is free for the next run soon after the last of them is dead', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ all, seed }) => {
        const dead = { from: DURATION - 1, to: Number.POSITIVE_INFINITY };
        const killed = all.map((options) => ({ ...options, stalls: [dead, ...options.stalls] }));
        const { shared, random, collection, passes } = await simulate(killed, seed);
        passes.length = 0;
        const last = modelProcess(collection, shared, random);
        void work('the last', last, shared, random, passes);
        // A request of the dead may still be on its way for two ttl.
        await shared.pass(TTL * 4);
        expect(passes.map(({ name }) => name)).toContain('the last.1');
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
