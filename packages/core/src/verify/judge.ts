import { type Measurement, type Outcome, worst } from './check.ts';
import { measurementsFrom, nextStart, type Schedule } from './schedule.ts';

/** What is judged by. */
export interface Policy extends Schedule {
  readonly checks: readonly CheckPolicy[];
}

export interface CheckPolicy {
  readonly name: string;
  /** So many good measurements in a row decide; `undefined`: it must stay good until the end. */
  readonly successes: number | undefined;
}

/** What became of one check. */
export interface CheckVerdict {
  readonly name: string;
  /** What it is so far, while not decided: `inconclusive`. */
  readonly status: Outcome;
  /** Whether no later measurement can change it. */
  readonly decided: boolean;
  /** Why, in one sentence; it may quote the measurement, so it is not yet safe to print. */
  readonly reason: string;
  /** The measurement that shows why; `undefined` where none was made. */
  readonly evidence: Measurement | undefined;
}

/** What became of the whole. */
export interface Verdict {
  readonly status: Outcome;
  /** Whether no later measurement can change it: the first failed check decides the whole. */
  readonly decided: boolean;
  readonly checks: readonly CheckVerdict[];
}

/** What has been seen of one check. */
interface Tally {
  readonly all: Measurement[];
  good: number;
  streak: number;
  /** Neither good nor bad. */
  readonly unknown: Measurement[];
}

type Decision = Pick<CheckVerdict, 'status' | 'reason' | 'evidence'> | undefined;

function count(tally: Tally): string {
  return `${tally.good} of ${tally.all.length} measurements were good`;
}

/** The last of the measurements with the worst outcome. */
function worstOf(measurements: readonly Measurement[]): Measurement | undefined {
  const status = worst(measurements.map(({ outcome }) => outcome));
  return measurements.findLast(({ outcome }) => outcome === status);
}

function decideByStreak(
  successes: number,
  tally: Tally,
  last: Measurement,
  left: number,
): Decision {
  const goal = successes === 1 ? 'a good answer' : `${successes} good answers in a row`;
  if (tally.streak >= successes) {
    return { status: 'succeeded', reason: goal, evidence: last };
  }
  if (successes - tally.streak <= left) return undefined;
  const culprit = worstOf(tally.all.filter(({ outcome }) => outcome !== 'succeeded'));
  if (culprit === undefined) {
    const reason = `answers came too slowly for ${goal} before the end; ${count(tally)}`;
    return { status: 'inconclusive', reason, evidence: last };
  }
  return {
    status: culprit.outcome,
    reason: `never ${goal}; ${culprit.message}`,
    evidence: culprit,
  };
}

function decideByStaying(tally: Tally, last: Measurement, left: number): Decision {
  if (last.outcome === 'failed' && tally.good > 0) {
    return { status: 'failed', reason: `did not stay good; ${last.message}`, evidence: last };
  }
  if (left > 0) return undefined;
  if (tally.good === 0) {
    const culprit = worstOf(tally.all) ?? last;
    return { status: culprit.outcome, reason: culprit.message, evidence: culprit };
  }
  if (last.outcome === 'succeeded' && tally.good * 2 >= tally.all.length) {
    return { status: 'succeeded', reason: `good at the end; ${count(tally)}`, evidence: last };
  }
  const culprit = worstOf(tally.unknown);
  return {
    status: culprit?.outcome ?? 'inconclusive',
    reason: `only ${count(tally)}; ${culprit?.message ?? 'it became good too late'}`,
    evidence: culprit ?? last,
  };
}

/** Asking again is pointless: what is known by now is all that will be. */
function decideByFinality(tally: Tally, last: Measurement): Decision {
  if (last.retry || last.outcome === 'succeeded') return undefined;
  const culprit = (tally.good === 0 ? worstOf(tally.all) : undefined) ?? last;
  return { status: culprit.outcome, reason: culprit.message, evidence: culprit };
}

function judgeCheck(
  check: CheckPolicy,
  measurements: Iterable<Measurement>,
  schedule: Schedule,
): CheckVerdict {
  const tally: Tally = { all: [], good: 0, streak: 0, unknown: [] };
  for (const last of measurements) {
    tally.all.push(last);
    if (last.outcome === 'succeeded') {
      tally.good += 1;
      tally.streak += 1;
    } else {
      tally.streak = 0;
      if (last.outcome !== 'failed') tally.unknown.push(last);
    }
    const left = measurementsFrom(nextStart(last, schedule), schedule);
    const decision =
      (check.successes === undefined
        ? decideByStaying(tally, last, left)
        : decideByStreak(check.successes, tally, last, left)) ?? decideByFinality(tally, last);
    if (decision) return { name: check.name, decided: true, ...decision };
  }
  const last = tally.all.at(-1);
  return {
    name: check.name,
    status: 'inconclusive',
    decided: false,
    reason: last ? `stopped before it was decided; last: ${last.message}` : 'never measured',
    evidence: last,
  };
}

/**
 * What `measurements`, in the order in which they were made, mean under `policy`. Nothing is
 * `succeeded` without a good measurement of every check.
 */
export function judge(measurements: readonly Measurement[], policy: Policy): Verdict {
  const checks = policy.checks.map((check, index) =>
    judgeCheck(
      check,
      measurements.filter((measurement) => measurement.check === index),
      policy,
    ),
  );
  const decisions = checks.filter(({ decided }) => decided);
  return {
    status: worst(checks.map(({ status }) => status)) ?? 'inconclusive',
    decided:
      decisions.length === checks.length || decisions.some(({ status }) => status === 'failed'),
    checks,
  };
}
