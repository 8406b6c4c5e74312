import type { Clock } from '../clock.ts';
import type { Check, Measurement, Observation } from './check.ts';
import { judge, type Policy, type Verdict } from './judge.ts';
import { nextStart, type Schedule } from './schedule.ts';

export interface VerifyOptions {
  readonly clock: Clock;
  /** Ends the verification at once, with what is known by then. */
  readonly signal: AbortSignal;
  /** Called after every measurement, with the verdict that it led to. */
  readonly onMeasurement?: (measurement: Measurement, verdict: Verdict) => void;
}

/** How a verification went. */
export interface Verification {
  readonly verdict: Verdict;
  readonly measurements: readonly Measurement[];
  /** Milliseconds that it took. */
  readonly elapsed: number;
  /** Whether the signal ended it before it was decided. */
  readonly cancelled: boolean;
}

/**
 * How long measurements that are under way when a check has failed may take to end. It lets all
 * checks that fail at the same moment say so; milliseconds.
 */
const GRACE = 1_000;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Asks every check on its own schedule until {@link judge} has decided. What a check throws ends
 * everything and is thrown on.
 */
export async function verify(
  checks: readonly Check[],
  schedule: Schedule,
  { clock, signal, onMeasurement }: VerifyOptions,
): Promise<Verification> {
  const policy: Policy = { ...schedule, checks };
  const measurements: Measurement[] = [];
  let verdict = judge(measurements, policy);
  const begin = clock.now();
  const elapsed = (): number => Math.round(clock.now() - begin);

  const enough = new AbortController();
  const requests = new AbortController();
  const noMore = AbortSignal.any([signal, enough.signal]);

  const observe = async (check: Check): Promise<Observation | undefined> => {
    try {
      return await check.measure(requests.signal);
    } catch (error) {
      if (requests.signal.aborted) return undefined;
      enough.abort();
      requests.abort();
      throw error;
    }
  };
  const follow = async (check: Check, index: number): Promise<void> => {
    const own = { ...schedule, interval: check.interval ?? schedule.interval };
    let start: number | undefined = check.initialDelay;
    if (start > 0) await clock.sleep(start, noMore).catch(() => {});
    while (start !== undefined && !noMore.aborted) {
      const at = Math.max(start, elapsed());
      const observation = await observe(check);
      if (!observation) return;
      const took = Math.max(0, elapsed() - at);
      const { target, threshold } = check;
      const measurement = { ...observation, check: index, at, took, target, threshold };
      measurements.push(measurement);
      verdict = judge(measurements, policy);
      onMeasurement?.(measurement, verdict);
      if (verdict.decided) enough.abort();
      start = verdict.checks[index]?.decided ? undefined : nextStart(measurement, own);
      const pause = Math.max(0, (start ?? 0) - elapsed());
      // An aborted pause ends the loop through its condition.
      if (start !== undefined) await clock.sleep(pause, noMore).catch(() => {});
    }
  };

  const all = Promise.all(checks.map(follow));
  await Promise.race([all, aborted(noMore)]);
  const finished = new AbortController();
  const grace = clock.sleep(GRACE, AbortSignal.any([signal, finished.signal])).catch(() => {});
  await Promise.race([all, grace]);
  finished.abort();
  requests.abort();
  await all;
  return {
    verdict,
    measurements,
    elapsed: elapsed(),
    cancelled: signal.aborted && !verdict.decided,
  };
}
