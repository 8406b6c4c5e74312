import { escapeText, paragraphs } from '@paal/core/report/markdown';
import { renderXyChart, type XyLevel } from '@paal/core/report/xychart';
import type { Outcome } from '@paal/core/verify/check';
import type { Sample } from '@paal/core/verify/probe';
import { median } from '@paal/core/verify/prometheus/baseline';
import { type Baseline, keyOf, numbersIn } from './baseline.ts';
import { numbersOf, type Result } from './result.ts';

const BLUE = '#0969da';
const RED = '#cf222e';
const GREY = '#6e7781';

const MOST_CHARTS = 6;
/** The time before is shown for as long as the verification took, but for so long at least; milliseconds. */
const LEAST_BEFORE = 60_000;

/** What the values of a verification are seen against. */
export interface Background {
  /** What each check would have measured before, by its place; empty where that is not known. */
  readonly histories: readonly (readonly Sample[])[];
  readonly baseline: Baseline | undefined;
}

export const NO_BACKGROUND: Background = { histories: [], baseline: undefined };

/** The chart of one check. */
export interface CheckChart {
  /** The check's place among all. */
  readonly check: number;
  /** Whether nothing was found that speaks against what it shows. */
  readonly isGood: boolean;
  readonly text: string;
}

const ORDER: readonly Outcome[] = ['failed', 'error', 'inconclusive', 'succeeded'];

function levelsOf(
  result: Result,
  index: number,
  { baseline }: Background,
): readonly (XyLevel & { readonly label: string })[] {
  const check = result.checks[index];
  if (!check) return [];
  const { min, max } = check.bounds ?? {};
  const red = [
    ...(min === undefined ? [] : [{ value: min, colour: RED, label: `red: good is ≥ ${min}` }]),
    ...(max === undefined ? [] : [{ value: max, colour: RED, label: `red: good is ≤ ${max}` }]),
  ];
  const middle = median(numbersIn(baseline?.checks[keyOf(check.type, check.name)]));
  if (middle === undefined) return red;
  const label = `grey: ${Number(middle.toPrecision(6))}, the median before the release`;
  return [...red, { value: middle, colour: GREY, label }];
}

function chartOf(result: Result, index: number, background: Background): string | undefined {
  const check = result.checks[index];
  const after = numbersOf(result, index);
  if (!check || after.length === 0) return undefined;
  const span = Math.max(LEAST_BEFORE, result.elapsed);
  const before = (background.histories[index] ?? []).filter(({ at }) => at < 0 && at >= -span);
  const levels = levelsOf(result, index, background);
  const chart = renderXyChart({ points: [...before, ...after], colour: BLUE, levels });
  if (!chart) return undefined;
  const said = [
    'blue: the values',
    ...levels.map(({ label }) => label),
    before.length > 0 ? '0 is the start of the verification' : '',
  ];
  const name = `**${escapeText(check.name)}** (${said.filter(Boolean).map(escapeText).join('; ')})`;
  return paragraphs(name, chart);
}

/** Charts of the checks that measure numbers, those that failed first, six at most. Pure. */
export function chartsOf(result: Result, background: Background): readonly CheckChart[] {
  const rank = (index: number): number => {
    const { decided, status } = result.verdict.checks[index] ?? {};
    return ORDER.indexOf(decided && status ? status : 'succeeded');
  };
  return result.checks
    .map((_, index) => index)
    .sort((a, b) => rank(a) - rank(b) || a - b)
    .flatMap((index) => {
      const text = chartOf(result, index, background);
      const isGood = rank(index) === ORDER.length - 1;
      return text === undefined ? [] : [{ isGood, text, check: index }];
    })
    .slice(0, MOST_CHARTS);
}
