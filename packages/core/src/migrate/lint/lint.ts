import type { AnyNode } from 'acorn';
import { findNodeAround } from 'acorn-walk';
import { LINT_RULES, type LintRule, type LintSeverity } from '../../config/lint-rules.ts';
import type { MigrationFile } from '../files.ts';
import type { FindingRule, FindingSeverity, LintFinding } from './finding.ts';
import { type Migration, readMigration } from './migration.ts';
import { overridesOf } from './overrides.ts';
import { type ParsedMigration, parseMigration } from './parse.ts';
import { RULES } from './rules/registry.ts';

/** What paal.yaml says of the rules. */
export type LintSeverities = Readonly<Partial<Record<LintRule, LintSeverity>>>;

/** A migration that is to be linted. */
export interface LintFile extends MigrationFile {
  /** What the base branch calls it, where it has it already. */
  readonly before?: string | undefined;
}

interface Raw {
  readonly rule: LintRule;
  readonly line: number;
  readonly column: number;
  /** The line on which its statement begins: an override may stand before that, too. */
  readonly statement: number;
  readonly message: string;
}

const STATEMENT = /(?:Statement|Declaration)$/;

/** The first line of the statement that `node` is in. */
function statementLine(node: AnyNode, { program }: ParsedMigration): number {
  const found = findNodeAround(program, node.start, (type) => STATEMENT.test(type));
  return found?.node.loc?.start.line ?? 1;
}

function foundBy(rule: LintRule, migration: Migration): readonly Raw[] {
  const { parsed } = migration;
  return RULES[rule].check(migration).map(({ node, message }) => ({
    rule,
    line: node?.loc?.start.line ?? 1,
    column: (node?.loc?.start.column ?? 0) + 1,
    statement: node ? statementLine(node, parsed) : 1,
    message,
  }));
}

function edited({ name, before }: LintFile): readonly Raw[] {
  if (before === undefined) return [];
  const what =
    before === name
      ? 'This migration is on the base branch already. Where it is applied, it is not applied again, and an edited one is refused.'
      : `This migration is on the base branch already, as ${before}. Where it is applied under that name, it would be applied again.`;
  const message = `${what} Leave it as it is, and write a new one.`;
  return [{ rule: 'edited-migration', line: 1, column: 1, statement: 1, message }];
}

/** Each place once: a function that is called twice is found twice. */
function unique(found: readonly Raw[]): readonly Raw[] {
  const seen = new Map(found.map((one) => [`${one.rule} ${one.line}:${one.column}`, one]));
  return [...seen.values()];
}

function fatal(
  rule: FindingRule,
  file: LintFile,
  message: string,
  line = 1,
  column = 1,
): LintFinding {
  return { rule, severity: 'error', position: { file: file.path, line, column }, message };
}

/**
 * What is dangerous in a migration, in the order of the source. It reads the source, and runs nothing.
 * @param severities what is not named has the severity of its rule
 */
export function lintMigration(file: LintFile, severities: LintSeverities): readonly LintFinding[] {
  const parsed = parseMigration(file.name, file.text);
  if (!('program' in parsed)) {
    return [fatal('syntax-error', file, parsed.message, parsed.line, parsed.column)];
  }
  const migration = readMigration(file.name, parsed);
  const { exports } = migration;
  const hasUp = exports.isOpen || exports.get('up') !== undefined;
  const fatals = hasUp
    ? []
    : [fatal('no-up', file, 'There is no up, so this migration cannot run. Export a function up.')];
  const severityOf = (rule: LintRule): LintSeverity => severities[rule] ?? RULES[rule].severity;
  const { overrides, problems } = overridesOf(parsed.comments, file.text);
  const raw = unique([
    ...edited(file),
    ...LINT_RULES.flatMap((rule) => foundBy(rule, migration)),
    ...problems.map((one) => ({ ...one, statement: one.line })),
  ]);
  const used = new Set<object>();
  const open = raw.filter(({ rule, line, statement }) => {
    const hits = overrides.filter(
      (one) =>
        one.rule === rule && [line, statement].some((at) => at === one.line || at === one.next),
    );
    for (const one of hits) used.add(one);
    return hits.length === 0;
  });
  const unused = overrides
    .filter((one) => !used.has(one) && severityOf(one.rule) !== 'off')
    .map(({ rule, line, column }): Raw => {
      const message = `The override of ${rule} is not needed: the rule finds nothing here. Remove it.`;
      return { rule: 'unused-override', line, column, statement: line, message };
    });
  const findings = [...open, ...unused].flatMap((one): readonly LintFinding[] => {
    const severity = severityOf(one.rule);
    if (severity === 'off') return [];
    const { rule, line, column, message } = one;
    const graded: FindingSeverity = severity;
    return [{ rule, severity: graded, position: { file: file.path, line, column }, message }];
  });
  return [...fatals, ...findings].sort(
    (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
  );
}
