import { formatDuration } from '@paal/core/config/duration';
import type { Check } from '@paal/core/verify/check';
import type { CheckVerdict } from '@paal/core/verify/judge';
import type { Verification } from '@paal/core/verify/run';
import type { Schedule } from '@paal/core/verify/schedule';

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

/** `1 check`, `2 checks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
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
    return `${counted(checks, 'check')}, ${counted(asked, 'measurement')}, ${formatDuration(elapsed)}.`;
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

/** What is written to report.json. */
export function reportOf(result: Result, settings: object): object {
  const { verdict, measurements, checks, schedule, startedAt, elapsed, cancelled } = result;
  return {
    action: 'verify-health',
    status: verdict.status,
    cancelled,
    'failed-check': decisiveCheck(result)?.name ?? null,
    started: startedAt.toISOString(),
    'elapsed-ms': elapsed,
    'duration-ms': schedule.duration,
    'interval-ms': schedule.interval,
    ...settings,
    checks: verdict.checks.map(({ name, status, decided, reason, reportOnly }, index) => ({
      name,
      type: checks[index]?.type,
      point: checks[index]?.point,
      'report-only': reportOnly,
      target: checks[index]?.target,
      threshold: checks[index]?.threshold,
      successes: checks[index]?.successes,
      status,
      decided,
      reason,
      measurements: measurements
        .filter(({ check }) => check === index)
        .map(({ check: _, at, took, retry: __, keep: ___, ...rest }) => ({
          'at-ms': at,
          'took-ms': took,
          ...rest,
        })),
    })),
  };
}
