import { formatDuration } from '@paal/core/config/duration';
import {
  code,
  codeBlock,
  details,
  escapeText,
  paragraphs,
  table,
} from '@paal/core/report/markdown';
import type { Measurement, Outcome } from '@paal/core/verify/check';
import type { CheckVerdict } from '@paal/core/verify/judge';
import { countOf } from '@paal/core/workload/kinds/count';
import { type Background, chartsOf, NO_BACKGROUND } from './chart.ts';
import { type PointVerdict, pointsOf } from './points.ts';
import { explanation, headline, type Result } from './result.ts';
import { brief, shownValue } from './shown.ts';

/** Rows of one check's table; the report has them all. */
const MOST_ROWS = 100;
/** Details of one measurement in a row, and of the one that shows why; the report has them all. */
const MOST_DETAILS = 10;
const MOST_EVIDENCE = 50;

export const MARKS: Readonly<Record<Outcome | PointVerdict['verdict'], string>> = {
  succeeded: '✅ succeeded',
  inconclusive: '❔ inconclusive',
  error: '⚠️ error',
  failed: '❌ failed',
  'not decided': '➖ not decided',
  'report-only': '➖ report-only',
  'no check': '➖ no check',
};

function checkRow({ verdict, measurements, checks }: Result, index: number): readonly string[] {
  const { name = '', status, decided, reportOnly } = verdict.checks[index] ?? {};
  const own = measurements.filter(({ check }) => check === index);
  return [
    `&emsp;${escapeText(name)}${reportOnly ? ' (report-only)' : ''}`,
    decided && status ? MARKS[status] : MARKS['not decided'],
    String(own.length),
    code(brief(shownValue(own.at(-1)))),
    code(brief(checks[index]?.threshold ?? '')),
  ];
}

/** The five points, each with its checks. */
function overview(result: Result): string {
  return table(
    ['point and its checks', 'verdict', 'measurements', 'last value', 'threshold'],
    pointsOf(result).flatMap(({ name, verdict, checks }) => [
      [`**${name}**`, MARKS[verdict], '', '', ''],
      ...checks.map((index) => checkRow(result, index)),
    ]),
  );
}

/** The first of many, and how many there are more. */
function some(texts: readonly string[], most: number): readonly string[] {
  const left = texts.length - most;
  return left > 0 ? [...texts.slice(0, most), `and ${left} more, in the report`] : texts;
}

function row(one: Measurement, before: Measurement | undefined): readonly string[] {
  const { at, took, outcome, value, message, details: found = [] } = one;
  // What was found already stands a row higher.
  const isNews = found.join('\n') !== (before?.details ?? []).join('\n');
  const seen = [message, ...(isNews ? some(found, MOST_DETAILS) : [])].map(escapeText).join('<br>');
  return [formatDuration(at), `${took} ms`, MARKS[outcome], code(value), seen];
}

function measurementsOf(verdict: CheckVerdict, index: number, result: Result): string {
  const own = result.measurements.filter(({ check }) => check === index);
  const check = result.checks[index];
  const { excerpt, warnings = [], details: found = [] } = verdict.evidence ?? {};
  const left = own.length - MOST_ROWS;
  return details(
    `${verdict.name}: ${countOf(own.length, 'measurement')}`,
    paragraphs(
      escapeText(verdict.reason),
      codeBlock([...(check?.target ?? '').split('\n'), `threshold: ${check?.threshold ?? ''}`]),
      excerpt && paragraphs('The answer begins:', codeBlock(excerpt.split('\n'))),
      found.length > 0
        ? paragraphs('What was found:', codeBlock(some(found, MOST_EVIDENCE)))
        : undefined,
      warnings.length > 0 ? `Remarks: ${warnings.map(escapeText).join('<br>')}` : '',
      left > 0 ? `The first ${left} are in the report only.` : '',
      table(
        ['at', 'took', 'outcome', 'value', 'seen'],
        own.slice(-MOST_ROWS).map((one, place, all) => row(one, all[place - 1])),
      ),
    ),
  );
}

/** Charts of what is not good are in sight, the others folded. */
function charts(result: Result, background: Background): readonly string[] {
  const all = chartsOf(result, background);
  const good = all.filter(({ isGood }) => isGood);
  return [
    ...all.filter(({ isGood }) => !isGood).map(({ text }) => text),
    ...(good.length > 0
      ? [details(`Charts (${good.length})`, paragraphs(...good.map(({ text }) => text)))]
      : []),
  ];
}

/**
 * The job summary: verdict and cause, what became of the release, the five points with a line for each
 * check, charts of what was measured as numbers, every measurement folded.
 */
export function renderSummary(
  result: Result,
  release: readonly string[] = [],
  background: Background = NO_BACKGROUND,
): string {
  const { duration, interval } = result.schedule;
  return paragraphs(
    `## ${headline(result)}`,
    escapeText(explanation(result)),
    release.map(escapeText).join('<br>'),
    overview(result),
    ...charts(result, background),
    ...result.verdict.checks.map((check, index) => measurementsOf(check, index, result)),
    `Took ${formatDuration(result.elapsed)}; duration ${formatDuration(duration)}, interval ${formatDuration(interval)}.`,
  );
}
