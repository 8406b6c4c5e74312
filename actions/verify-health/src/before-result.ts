import type { CheckType } from '@paal/core/config/check-schema';
import { formatDuration } from '@paal/core/config/duration';
import { code, escapeText, paragraphs, table } from '@paal/core/report/markdown';
import type { JsonValue, Outcome } from '@paal/core/verify/check';
import { countOf } from '@paal/core/workload/kinds/count';
import { keyOf } from './baseline.ts';
import { measurementsReport, type Result } from './result.ts';
import { brief, shownValue } from './shown.ts';
import { MARKS } from './summary.ts';

type Status = Exclude<Outcome, 'failed'>;

/** What one check kept before a release. */
export interface KeptCheck {
  readonly type: CheckType;
  readonly name: string;
  readonly threshold: string;
  readonly status: Status;
  /** One value a measurement; of those that had one. */
  readonly kept: readonly JsonValue[];
  readonly last: string;
  /** Why nothing was kept, or what it saw last. */
  readonly message: string;
  /** That it was bad before the release already, in one sentence. */
  readonly already: string | undefined;
}

/** What was kept before a release, without a verdict on the application. */
export interface Before {
  /** The worst of the checks: `succeeded` where each has kept something. */
  readonly status: Status;
  readonly checks: readonly KeptCheck[];
}

function keptOf(result: Result, index: number): KeptCheck | undefined {
  const check = result.checks[index];
  if (!check) return undefined;
  const own = result.measurements.filter((one) => one.check === index);
  const kept = own.flatMap(({ keep }) => (keep === undefined ? [] : [keep]));
  const last = own.at(-1);
  const bad = own.findLast(({ outcome }) => outcome === 'failed');
  const how = bad?.number === undefined ? 'bad' : 'beyond its threshold';
  return {
    type: check.type,
    name: check.name,
    threshold: check.threshold,
    status: kept.length > 0 ? 'succeeded' : last?.outcome === 'error' ? 'error' : 'inconclusive',
    kept,
    last: shownValue(last),
    message: last?.message ?? 'never measured',
    already: bad && `"${check.name}" is already ${how} before the release: ${bad.message}.`,
  };
}

/** What a step before the rollout came to. Pure. */
export function beforeOf(result: Result): Before {
  const checks = result.checks.flatMap((_, index) => keptOf(result, index) ?? []);
  const worst = (['error', 'inconclusive'] as const).find((status) =>
    checks.some((one) => one.status === status),
  );
  return { status: worst ?? 'succeeded', checks };
}

/** What the checks kept, by their type and name. Pure. */
export function keptByKey({ checks }: Before): Record<string, JsonValue[]> {
  return Object.fromEntries(
    checks
      .filter(({ kept }) => kept.length > 0)
      .map(({ type, name, kept }) => [keyOf(type, name), [...kept]]),
  );
}

/** In one sentence or more, what was kept, and what was not. Pure. */
export function beforeSentences({ checks }: Before): readonly string[] {
  const kept = checks.filter(({ status }) => status === 'succeeded');
  const first = `Before the release: ${countOf(kept.length, 'check')} of ${checks.length} kept what ${kept.length === 1 ? 'it' : 'they'} measured.`;
  const others = checks.filter(({ status }) => status !== 'succeeded');
  return [first, ...others.map(({ name, message }) => `"${name}" kept nothing: ${message}.`)];
}

/** The job summary. */
export function renderBefore(before: Before, { elapsed }: Result, file: string): string {
  const rows = before.checks.map(({ name, status, kept, last, threshold }) => [
    escapeText(name),
    MARKS[status],
    String(kept.length),
    code(brief(last)),
    code(brief(threshold)),
  ]);
  const already = before.checks.flatMap((one) => one.already ?? []);
  return paragraphs(
    '## Before the release',
    beforeSentences(before).map(escapeText).join('<br>'),
    already.map((text) => `⚠️ ${escapeText(text)}`).join('<br>'),
    table(['check', '', 'values kept', 'last value', 'threshold'], rows),
    `Took ${formatDuration(elapsed)}. Kept in ${code(file)} and for this job.`,
  );
}

/** What is written to report.json. Pure. */
export function beforeReport(before: Before, result: Result, settings: object): object {
  return {
    action: 'verify-health',
    phase: 'before',
    status: before.status,
    cancelled: result.cancelled,
    started: result.startedAt.toISOString(),
    'elapsed-ms': result.elapsed,
    'duration-ms': result.schedule.duration,
    'interval-ms': result.schedule.interval,
    ...settings,
    checks: before.checks.map(({ last: _, already, ...check }, index) => ({
      ...check,
      already: already ?? null,
      target: result.checks[index]?.target,
      measurements: measurementsReport(result, index),
    })),
  };
}
