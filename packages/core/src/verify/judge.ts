import { type Measurement, type Outcome, worst } from './check.ts';
import { measurementsFrom, nextStart, type Schedule } from './schedule.ts';

/** What is judged by. */
export interface Policy extends Schedule {
  readonly checks: readonly CheckPolicy[];
}

/** How the answers to one question are judged. */
export interface CheckPolicy {
  readonly name: string;
  /** So many good measurements in a row decide; `undefined`: it must stay good until the end. */
  readonly successes: number | undefined;
  /** So many failed measurements are tolerated; `Infinity` for any number. */
  readonly failureLimit: number;
  /** So many errors in a row are tolerated; `Infinity` for any number. */
  readonly errorLimit: number;
  /** Whether failures before the first good measurement count only when the time is over. */
  readonly warmsUp: boolean;
  /** Its result is told, and decides nothing. */
  readonly reportOnly: boolean;
  /** Its first measurement begins at this time; milliseconds. */
  readonly initialDelay: number;
  /** Milliseconds from one measurement to the next; `undefined`: the schedule's. */
  readonly interval: number | undefined;
}

/** What became of one check. */
export interface CheckVerdict {
  readonly name: string;
  /** What it is so far, while not decided: `inconclusive`. */
  readonly status: Outcome;
  /** Whether no later measurement can change it. */
  readonly decided: boolean;
  readonly reportOnly: boolean;
  /** Why, in one sentence; it may quote the measurement, so it is not yet safe to print. */
  readonly reason: string;
  /** The measurement that shows why; `undefined` where none was made. */
  readonly evidence: Measurement | undefined;
}

/** What became of the whole. */
export interface Verdict {
  /** The worst of the checks that decide. */
  readonly status: Outcome;
  /** Whether no later measurement can change it: the first failed check decides the whole. */
  readonly decided: boolean;
  readonly checks: readonly CheckVerdict[];
}

/** What has been seen of one check. */
interface Tally {
  readonly all: Measurement[];
  good: number;
  /** Good ones in a row, up to now. */
  streak: number;
  /** Failed ones that are none of a start. */
  failures: number;
  /** Errors in a row, up to now. */
  errors: number;
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

/** More failures, or errors in a row, than are tolerated. */
function decideByLimits(check: CheckPolicy, tally: Tally, last: Measurement): Decision {
  if (tally.failures > check.failureLimit) {
    const limit = check.failureLimit;
    const times = limit > 0 ? `failed ${tally.failures} times, tolerated ${limit}; ` : '';
    const fell = tally.good > 0 && limit === 0 ? 'did not stay good; ' : times;
    return { status: 'failed', reason: `${fell}${last.message}`, evidence: last };
  }
  if (tally.errors > check.errorLimit) {
    const row = tally.errors === 1 ? '' : `${tally.errors} errors in a row; `;
    return { status: 'error', reason: `${row}${last.message}`, evidence: last };
  }
  return undefined;
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

function decideAtEnd(tally: Tally, last: Measurement): Decision {
  if (tally.good === 0) {
    const culprit = worstOf(tally.all) ?? last;
    return { status: culprit.outcome, reason: culprit.message, evidence: culprit };
  }
  // A failure that comes last is within what is tolerated: else it would have decided by itself.
  const ends = last.outcome === 'succeeded' || last.outcome === 'failed';
  if (ends && tally.good * 2 >= tally.all.length) {
    const tolerated = tally.failures > 0 ? ', the failures within the limit' : '';
    const reason = `good to the end; ${count(tally)}${tolerated}`;
    return { status: 'succeeded', reason, evidence: last };
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

function add(tally: Tally, last: Measurement, { warmsUp }: CheckPolicy): void {
  tally.all.push(last);
  const good = last.outcome === 'succeeded';
  tally.streak = good ? tally.streak + 1 : 0;
  tally.errors = last.outcome === 'error' ? tally.errors + 1 : 0;
  if (good) tally.good += 1;
  else if (last.outcome !== 'failed') tally.unknown.push(last);
  else if (!(last.warmsUp ?? warmsUp) || tally.good > 0) tally.failures += 1;
}

function judgeCheck(
  check: CheckPolicy,
  measurements: Iterable<Measurement>,
  schedule: Schedule,
): CheckVerdict {
  const { name, reportOnly, successes } = check;
  const tally: Tally = { all: [], good: 0, streak: 0, failures: 0, errors: 0, unknown: [] };
  const own = { ...schedule, interval: check.interval ?? schedule.interval };
  for (const last of measurements) {
    add(tally, last, check);
    const left = measurementsFrom(nextStart(last, own), own);
    const decision =
      decideByLimits(check, tally, last) ??
      (successes === undefined
        ? left === 0
          ? decideAtEnd(tally, last)
          : undefined
        : decideByStreak(successes, tally, last, left)) ??
      decideByFinality(tally, last);
    if (decision) return { name, reportOnly, decided: true, ...decision };
  }
  const last = tally.all.at(-1);
  return {
    name,
    reportOnly,
    status: 'inconclusive',
    decided: false,
    reason: last ? `stopped before it was decided; last: ${last.message}` : 'never measured',
    evidence: last,
  };
}

/**
 * What `measurements`, in the order in which they were made, mean under `policy`. Nothing is
 * `succeeded` without a good measurement of every check that decides.
 */
export function judge(measurements: readonly Measurement[], policy: Policy): Verdict {
  const checks = policy.checks.map((check, index) =>
    judgeCheck(
      check,
      measurements.filter((measurement) => measurement.check === index),
      policy,
    ),
  );
  const deciding = checks.filter(({ reportOnly }) => !reportOnly);
  return {
    status: worst(deciding.map(({ status }) => status)) ?? 'inconclusive',
    decided:
      deciding.every(({ decided }) => decided) ||
      deciding.some(({ decided, status }) => decided && status === 'failed'),
    checks,
  };
}
