import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../clock.ts';
import { checkOf } from './check.test-data.ts';
import type { Check, Observation } from './check.ts';
import { verify } from './run.ts';

/** A clock that moves on to the next sleeper whenever nothing else is going on. */
class SimulatedClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Runs until `work` has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise(setImmediate);
      if (ended) return await work;
      const next = Math.min(...[...this.#sleepers].map(({ until }) => until));
      if (next === Infinity) throw new Error('everything waits for ever');
      this.#now = Math.max(this.#now, next);
      for (const sleeper of this.#sleepers) {
        if (sleeper.until > this.#now) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
  }
}

const GOOD: Observation = { outcome: 'succeeded', retry: true, value: '1', message: 'good' };
const BAD: Observation = { outcome: 'failed', retry: true, value: '0', message: 'bad' };
const BREACH: Observation = { ...BAD, retry: false };

interface Script extends Partial<Pick<Check, 'initialDelay' | 'interval' | 'reportOnly'>> {
  readonly successes?: number;
  readonly took?: number;
  readonly answer: (at: number) => Observation;
}

function scripted(clock: Clock, { took = 0, answer, ...more }: Script): Check {
  const begin = clock.now();
  return checkOf(async (signal) => {
    const at = clock.now() - begin;
    if (took > 0) await clock.sleep(took, signal);
    return answer(at);
  }, more);
}

const SCHEDULE = { duration: 30_000, interval: 2_000 };

async function run(scripts: readonly Script[], cancelAt?: number) {
  const clock = new SimulatedClock();
  const controller = new AbortController();
  if (cancelAt !== undefined) {
    void clock.sleep(cancelAt).then(() => controller.abort(new Error('cancelled')));
  }
  const checks = scripts.map((script) => scripted(clock, script));
  return await clock.run(verify(checks, SCHEDULE, { clock, signal: controller.signal }));
}

describe('a verification', () => {
  test('ends as soon as every check has its successes', async () => {
    const result = await run([
      { successes: 3, answer: () => GOOD },
      { successes: 1, answer: (at) => (at < 7_000 ? BAD : GOOD) },
    ]);
    expect(result).toMatchObject({ elapsed: 8_000, cancelled: false });
    expect(result.verdict.status).toBe('succeeded');
    expect(result.measurements.map(({ check, at }) => [check, at])).toEqual([
      [0, 0],
      [1, 0],
      [0, 2_000],
      [1, 2_000],
      [0, 4_000],
      [1, 4_000],
      [1, 6_000],
      [1, 8_000],
    ]);
  });

  test('watches to the end of the duration what must stay good', async () => {
    const result = await run([{ answer: () => GOOD }]);
    expect(result.elapsed).toBe(30_000);
    expect(result.measurements).toHaveLength(16);
    expect(result.verdict.status).toBe('succeeded');
  });

  test('ends at once with a failure that cannot be made good any more', async () => {
    const result = await run([
      { answer: (at) => (at < 10_000 ? GOOD : BREACH) },
      { successes: 5, answer: () => BAD },
    ]);
    expect(result.verdict.status).toBe('failed');
    expect(result.elapsed).toBe(10_000);
    expect(result.verdict.checks[1]).toMatchObject({ status: 'inconclusive', decided: false });
  });

  test('ends a failure to get successes when they do not fit any more, not at the end', async () => {
    const result = await run([{ successes: 5, answer: () => BAD }]);
    expect(result.verdict.status).toBe('failed');
    expect(result.elapsed).toBe(22_000);
  });

  test('lets checks that fail at the same moment all say so', async () => {
    const result = await run([
      { successes: 1, answer: () => BAD },
      { successes: 1, took: 500, answer: () => BAD },
    ]);
    expect(result.elapsed).toBe(30_500);
    expect(result.verdict.checks.map(({ status }) => status)).toEqual(['failed', 'failed']);
  });

  test('waits no longer than a second for measurements under way when one has failed', async () => {
    const result = await run([{ answer: () => BREACH }, { took: 20_000, answer: () => GOOD }]);
    expect(result.elapsed).toBe(1_000);
    expect(result.verdict.checks[1]).toMatchObject({ reason: 'never measured' });
  });

  test('measures a slow check again as soon as it has answered, and never after the end', async () => {
    const result = await run([{ took: 7_000, answer: () => GOOD }]);
    expect(result.measurements.map(({ at }) => at)).toEqual([0, 7_000, 14_000, 21_000, 28_000]);
    expect(result.elapsed).toBe(35_000);
    expect(result.verdict.status).toBe('succeeded');
  });

  test('asks a check after its delay, and in its own interval', async () => {
    const { measurements } = await run([
      { answer: () => GOOD, initialDelay: 12_000, interval: 9_000 },
    ]);
    expect(measurements.map(({ at }) => at)).toEqual([12_000, 21_000, 30_000]);
  });

  test('does not wait for a check that is report-only', async () => {
    const result = await run([
      { successes: 1, answer: () => GOOD },
      { reportOnly: true, answer: () => BREACH },
    ]);
    expect(result.elapsed).toBe(0);
    expect(result.verdict).toMatchObject({ status: 'succeeded', decided: true });
  });

  test('cancelled while it waits ends at that moment, undecided', async () => {
    const result = await run([{ answer: () => GOOD }], 5_000);
    expect(result).toMatchObject({ elapsed: 5_000, cancelled: true });
    expect(result.verdict.status).toBe('inconclusive');
    expect(result.measurements).toHaveLength(3);
  });

  test('cancelled while it measures ends at that moment', async () => {
    const result = await run([{ took: 9_000, answer: () => GOOD }], 5_000);
    expect(result).toMatchObject({ elapsed: 5_000, cancelled: true });
    expect(result.measurements).toEqual([]);
  });

  test('a check that throws is a bug, and is thrown on', async () => {
    const bug = (): Observation => {
      throw new TypeError('undefined is not a function');
    };
    await expect(run([{ answer: bug }, { answer: () => GOOD }])).rejects.toThrow(TypeError);
  });

  test('says of every measurement what was asked and what was allowed', async () => {
    const { measurements } = await run([{ successes: 1, answer: () => GOOD }]);
    expect(measurements).toEqual([
      { ...GOOD, check: 0, at: 0, took: 0, target: 'target', threshold: 'threshold' },
    ]);
  });
});
