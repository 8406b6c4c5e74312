import { formatDuration } from '@paal/core/config/duration';
import type { Measured } from '@paal/core/release/measured';
import type { XyPoint } from '@paal/core/report/xychart';
import type { Check } from '@paal/core/verify/check';
import type { CheckVerdict } from '@paal/core/verify/judge';
import { median } from '@paal/core/verify/prometheus/baseline';
import type { Verification } from '@paal/core/verify/run';
import type { Schedule } from '@paal/core/verify/schedule';
import { countOf } from '@paal/core/workload/kinds/count';
import { type Baseline, keyOf } from './baseline.ts';
import { pointsOf } from './points.ts';

/** A verification and what was verified: what summary, report, outputs and error are made of. */
export interface Result extends Verification {
  readonly checks: readonly Check[];
  readonly schedule: Schedule;
  /** Wall clock, for people. */
  readonly startedAt: Date;
}

/** The check that the status of the whole comes from; `undefined` when it is `succeeded`. */
export function decisiveCheck({ verdict }: Result): CheckVerdict | undefined {
  if (verdict.status === 'succeeded') return undefined;
  const same = verdict.checks.filter(
    ({ status, reportOnly }) => status === verdict.status && !reportOnly,
  );
  return same.find(({ decided }) => decided) ?? same[0];
}

const HEADLINES: Readonly<Record<CheckVerdict['status'], string>> = {
  succeeded: 'Verification succeeded',
  failed: 'Verification failed',
  inconclusive: 'Verification inconclusive',
  error: 'Verification ended in an error',
};

/** The verdict in a few words. */
export function headline({ verdict, cancelled, elapsed }: Result): string {
  return cancelled
    ? `Verification cancelled after ${formatDuration(elapsed)}`
    : HEADLINES[verdict.status];
}

/** Why it ended so: which check, what it measured, what was allowed, and what to do. */
export function explanation(result: Result): string {
  const { verdict, elapsed, measurements, cancelled } = result;
  const check = decisiveCheck(result);
  if (cancelled) {
    const last = check?.evidence ? ` The last of "${check.name}": ${check.evidence.message}.` : '';
    return `The run was cancelled before the verification was decided; nothing is proven.${last}`;
  }
  if (!check) {
    const [checks, asked] = [verdict.checks.length, measurements.length];
    return `${countOf(checks, 'check')}, ${countOf(asked, 'measurement')}, ${formatDuration(elapsed)}.`;
  }
  const { name, reason, evidence } = check;
  if (!evidence) return `Check "${name}": ${reason}.`;
  const { target, threshold, value, hint } = evidence;
  const said = `${name} ${reason}`;
  const more = [target, `threshold ${threshold}`, `value ${value}`].filter(
    (part) => !said.includes(part.replace(/^(?:threshold|value) /, '')),
  );
  const context = more.length > 0 ? ` (${more.join('; ')})` : '';
  return `Check "${name}": ${reason}${context}.${hint ? ` ${hint}` : ''}`;
}

/** The numbers that a check measured, in order; finite. Pure. */
export function numbersOf({ measurements }: Result, index: number): readonly XyPoint[] {
  return measurements.flatMap(({ check, at, number }) =>
    check === index && number !== undefined && Number.isFinite(number)
      ? [{ at, value: number }]
      : [],
  );
}

/** What the ledger keeps of a verified release: the median of each check that measures numbers. Pure. */
export function measuredOf(result: Result): Measured {
  return Object.fromEntries(
    result.checks.flatMap(({ type, name }, index) => {
      const middle = median(numbersOf(result, index).map(({ value }) => value));
      return middle === undefined ? [] : [[keyOf(type, name), middle]];
    }),
  );
}

/** How a check was asked and judged; `null` for a limit that was none. */
function policyReport(check: Check | undefined, { interval }: Schedule): object {
  if (!check) return {};
  return {
    type: check.type,
    point: check.point,
    target: check.target,
    threshold: check.threshold,
    successes: check.successes ?? null,
    'failure-limit': Number.isFinite(check.failureLimit) ? check.failureLimit : null,
    'error-limit': Number.isFinite(check.errorLimit) ? check.errorLimit : null,
    'report-only': check.reportOnly,
    'initial-delay-ms': check.initialDelay,
    'interval-ms': check.interval ?? interval,
  };
}

/** Every measurement of a check, as the report has it. */
export function measurementsReport({ measurements }: Result, index: number): readonly object[] {
  return measurements
    .filter(({ check }) => check === index)
    .map(({ check: _, at, took, retry: __, keep: ___, ...rest }) => ({
      'at-ms': at,
      'took-ms': took,
      ...rest,
    }));
}

/** What is written to report.json. */
export function reportOf(result: Result, settings: object, baseline?: Baseline): object {
  const { verdict, checks, schedule, startedAt, elapsed, cancelled } = result;
  return {
    action: 'verify-health',
    phase: 'after',
    status: verdict.status,
    cancelled,
    'failed-check': decisiveCheck(result)?.name ?? null,
    started: startedAt.toISOString(),
    'elapsed-ms': elapsed,
    'duration-ms': schedule.duration,
    'interval-ms': schedule.interval,
    ...settings,
    points: pointsOf(result).map(({ point, name, verdict: of, checks: own }) => ({
      point,
      name,
      verdict: of,
      checks: own.map((index) => verdict.checks[index]?.name),
    })),
    baseline: baseline ?? null,
    checks: verdict.checks.map(({ name, status, decided, reason }, index) => ({
      name,
      ...policyReport(checks[index], schedule),
      status,
      decided,
      reason,
      measurements: measurementsReport(result, index),
    })),
  };
}
