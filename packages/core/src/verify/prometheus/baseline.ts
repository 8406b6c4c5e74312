import type { CheckConfigs } from '../../config/check-schema.ts';
import type { JsonValue, Observation } from '../check.ts';
import { describeLimits, formatNumber } from './limits.ts';
import { compareProportions, LEVEL, type Proportion } from './proportions.ts';

/** How far a value may be from what it was: shares of it (`relative`) and numbers (`absolute`). */
export interface Change {
  readonly relative: number | undefined;
  readonly absolute: number | undefined;
}

/** What is compared with, and what it was made of. */
export interface Baseline {
  readonly value: number;
  /** What was counted for it, where that is known. */
  readonly counted: Proportion | undefined;
  /** Where it is from: `before the release`. */
  readonly origin: string;
}

export interface Changes {
  readonly increase: Change | undefined;
  readonly decrease: Change | undefined;
}

/** The middle of `values`; of two, their mean. `undefined` for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[half - 1], sorted[half]];
  if (high === undefined) return undefined;
  return sorted.length % 2 === 0 && low !== undefined ? (low + high) / 2 : high;
}

type Written = CheckConfigs['prometheus']['max-increase'];

/** `20%`, `0.01` or a list of both, as it was written. */
export function changeOf(written: Written): Change | undefined {
  if (written === undefined) return undefined;
  const parts = [written].flat();
  const share = parts.find((part) => typeof part === 'string');
  return {
    relative: share === undefined ? undefined : Number(share.replace('%', '')) / 100,
    absolute: parts.find((part) => typeof part === 'number'),
  };
}

/** `20% and 0.01`. */
function describeChange({ relative, absolute }: Change): string {
  const share = relative === undefined ? [] : [`${formatNumber(relative * 100)}%`];
  return [...share, ...(absolute === undefined ? [] : [String(absolute)])].join(' and ');
}

/** `at most 20% and 0.01 above what was before the release`. */
export function describeChanges({ increase, decrease }: Changes, origin: string): string {
  const above = increase ? [`at most ${describeChange(increase)} above`] : [];
  const below = decrease ? [`at most ${describeChange(decrease)} below`] : [];
  return `${[...above, ...below].join(' and ')} what was ${origin}`;
}

/** How far from `value` is beyond all that `change` says. */
function tolerance(value: number, { relative, absolute }: Change): number {
  return Math.max((relative ?? 0) * Math.abs(value), absolute ?? 0);
}

/** The threshold that `changes` make of a baseline. */
export function limitsOf(
  value: number,
  { increase, decrease }: Changes,
): { readonly min: number | undefined; readonly max: number | undefined } {
  return {
    max: increase && value + tolerance(value, increase),
    min: decrease && value - tolerance(value, decrease),
  };
}

/** Numbers and counts that a check kept, one a measurement; anything else is passed over. */
export function baselineOfKept(kept: readonly JsonValue[], origin: string): Baseline | undefined {
  const values: number[] = [];
  const counts: Proportion[] = [];
  for (const one of kept) {
    if (typeof one === 'number') values.push(one);
    if (typeof one !== 'object' || one === null || !('value' in one)) continue;
    const { value, hits, total } = one;
    if (typeof value === 'number') values.push(value);
    if (typeof hits === 'number' && typeof total === 'number') counts.push({ hits, total });
  }
  const value = median(values);
  // The windows of measurements overlap, so that their counts must not be added up.
  const counted = counts.sort((a, b) => a.total - b.total)[Math.floor(counts.length / 2)];
  return value === undefined ? undefined : { value, counted, origin };
}

function percentChange(before: number, now: number): string {
  if (before === 0) return 'from nothing';
  const percent = ((now - before) / Math.abs(before)) * 100;
  return `${percent > 0 ? '+' : ''}${formatNumber(percent)}%`;
}

function counted({ hits, total }: Proportion): string {
  return `${formatNumber(hits)} of ${formatNumber(total)}`;
}

/**
 * What a value means beside what it was; pure. `seen` is the value by itself, which was good. Where it is
 * known how many events both are of, a difference that chance explains is none.
 */
export function judgeChange(
  seen: Observation,
  now: { readonly value: number; readonly counted: Proportion | undefined },
  baseline: Baseline,
  changes: Changes,
): Observation {
  const limits = limitsOf(baseline.value, changes);
  const above = limits.max !== undefined && now.value > limits.max;
  const below = limits.min !== undefined && now.value < limits.min;
  const was = `${baseline.origin} it was ${formatNumber(baseline.value)}`;
  if (!above && !below) {
    return {
      ...seen,
      message: `${seen.message}; ${was}, so ${describeLimits(rounded(limits))} is good`,
    };
  }
  const change = `${percentChange(baseline.value, now.value)}, allowed is ${describeLimits(rounded(limits))}`;
  const test =
    baseline.counted && now.counted
      ? above
        ? compareProportions(baseline.counted, now.counted)
        : compareProportions(now.counted, baseline.counted)
      : undefined;
  const numbers =
    test && baseline.counted && now.counted
      ? `${counted(baseline.counted)} then, ${counted(now.counted)} now, z = ${formatNumber(test.z)}, one-sided at ${LEVEL * 100} %`
      : '';
  if (test && !test.larger) {
    return {
      ...seen,
      message: `${seen.message}; ${was} (${change}), which may be chance: ${numbers}`,
    };
  }
  return {
    ...seen,
    outcome: 'failed',
    message: `the value ${seen.value} is too ${above ? 'high' : 'low'} beside what was: ${was} (${change})${numbers === '' ? '' : `; no chance: ${numbers}`}`,
    hint: 'Compare both in Prometheus: is it the release, or did something else change at that time?',
  };
}

function rounded({ min, max }: ReturnType<typeof limitsOf>): ReturnType<typeof limitsOf> {
  const round = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Number(formatNumber(value));
  return { min: round(min), max: round(max) };
}
