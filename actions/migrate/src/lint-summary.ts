import type { LintFinding } from '@paal/core/migrate/lint/finding';
import { plural } from '@paal/core/migrate/wording';
import { code, escapeText, paragraphs, table } from '@paal/core/report/markdown';

/** What a lint came to. */
export interface LintResult {
  readonly directory: string;
  /** How many migrations were read. */
  readonly linted: number;
  readonly findings: readonly LintFinding[];
  readonly errors: number;
  readonly warnings: number;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `2 errors, 1 warning in 3 migrations`, or that nothing was found. */
export function verdictOf({ errors, warnings, findings, linted }: LintResult): string {
  const notes = findings.length - errors - warnings;
  const parts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
  ];
  return `${parts.length === 0 ? 'No findings' : parts.join(', ')} in ${plural(linted)}`;
}

const MARKS = { error: '❌', warning: '⚠️', info: 'ℹ️' } as const;

function findingsTable(findings: readonly LintFinding[]): string | undefined {
  if (findings.length === 0) return undefined;
  const rows = findings.map(({ rule, severity, position: { file, line, column }, message }) => [
    MARKS[severity],
    code(rule),
    code(`${file}:${line}:${column}`),
    escapeText(message),
  ]);
  return table(['', 'rule', 'where', 'what'], rows);
}

const HOW =
  'What is meant to be so is said where it stands: `// paal-safe: RULE reason`, on the line or on the one before.';

/**
 * The findings as Markdown, for the job summary and for the comment.
 * @param left annotations that GitHub would not have shown
 */
export function renderLint(result: LintResult, left: number): string {
  const { errors, findings } = result;
  const mark = errors > 0 ? '❌' : findings.length > 0 ? '⚠️' : '✅';
  return paragraphs(
    `## ${mark} Migrations: ${verdictOf(result)}`,
    left > 0
      ? `GitHub shows ten annotations of a kind; ${left} more of these findings have none.`
      : undefined,
    findingsTable(findings),
    findings.length > 0 ? HOW : undefined,
  );
}

/** What the comment becomes once everything is mended. */
export function renderClean({ linted }: LintResult): string {
  return `✅ Migrations: no findings any more in ${plural(linted)}.`;
}
