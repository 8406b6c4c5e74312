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
import { counted, explanation, headline, type Result } from './result.ts';

/** Rows of one check's table; the report has them all. */
const MOST_ROWS = 100;

const MARKS: Readonly<Record<Outcome, string>> = {
  succeeded: '✅ succeeded',
  inconclusive: '❔ inconclusive',
  error: '⚠️ error',
  failed: '❌ failed',
};

function overview({ verdict, measurements, checks }: Result): string {
  return table(
    ['check', 'verdict', 'measurements', 'last value', 'threshold'],
    verdict.checks.map(({ name, status, decided }, index) => {
      const own = measurements.filter(({ check }) => check === index);
      return [
        escapeText(name),
        decided ? MARKS[status] : '➖ not decided',
        String(own.length),
        code(own.at(-1)?.value ?? '-'),
        code(checks[index]?.threshold ?? ''),
      ];
    }),
  );
}

function row({ at, took, outcome, value, message }: Measurement): readonly string[] {
  return [formatDuration(at), `${took} ms`, MARKS[outcome], code(value), escapeText(message)];
}

function measurementsOf(verdict: CheckVerdict, index: number, result: Result): string {
  const own = result.measurements.filter(({ check }) => check === index);
  const check = result.checks[index];
  const { excerpt, warnings = [] } = verdict.evidence ?? {};
  const left = own.length - MOST_ROWS;
  return details(
    `${verdict.name}: ${counted(own.length, 'measurement')}`,
    paragraphs(
      escapeText(verdict.reason),
      codeBlock([...(check?.target ?? '').split('\n'), `threshold: ${check?.threshold ?? ''}`]),
      excerpt && paragraphs('The answer begins:', codeBlock(excerpt.split('\n'))),
      warnings.length > 0 ? `Remarks: ${warnings.map(escapeText).join('<br>')}` : '',
      left > 0 ? `The first ${left} are in the report only.` : '',
      table(['at', 'took', 'outcome', 'value', 'seen'], own.slice(-MOST_ROWS).map(row)),
    ),
  );
}

/**
 * The job summary: verdict and cause, what became of the release, a line for each check, every
 * measurement folded.
 */
export function renderSummary(result: Result, release: readonly string[] = []): string {
  const { duration, interval } = result.schedule;
  return paragraphs(
    `## ${headline(result)}`,
    escapeText(explanation(result)),
    release.map(escapeText).join('<br>'),
    overview(result),
    ...result.verdict.checks.map((check, index) => measurementsOf(check, index, result)),
    `Took ${formatDuration(result.elapsed)}; duration ${formatDuration(duration)}, interval ${formatDuration(interval)}.`,
  );
}
