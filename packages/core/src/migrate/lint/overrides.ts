import type { Comment } from 'acorn';
import { LINT_RULES, type LintRule } from '../../config/lint-rules.ts';
import { didYouMean } from '../../config/names.ts';

/** `// paal-safe: RULE reason` */
export interface Override {
  readonly rule: LintRule;
  readonly reason: string;
  /** Where it stands; it counts for this line, and for the next one that is no comment. */
  readonly line: number;
  readonly column: number;
  readonly next: number;
}

/** Something that is wrong with an override. */
export interface OverrideProblem {
  readonly rule: 'override-without-reason' | 'unknown-rule';
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const FORM = /^[\s*]*paal-safe:\s*(\S*)[ \t]*(.*)/;

function isRule(name: string): name is LintRule {
  return (LINT_RULES as readonly string[]).includes(name);
}

/** The overrides among `comments`, and what is wrong with others that are meant to be some. */
export function overridesOf(
  comments: readonly Comment[],
  source: string,
): { readonly overrides: readonly Override[]; readonly problems: readonly OverrideProblem[] } {
  const lines = source.split('\n');
  const isComment = (line: number): boolean => /^\s*(?:\/\/|\/\*|\*)/.test(lines[line - 1] ?? '');
  const overrides: Override[] = [];
  const problems: OverrideProblem[] = [];
  for (const { value, loc } of comments) {
    const match = FORM.exec(value);
    if (!match || !loc) continue;
    const [, name = '', rest = ''] = match;
    const reason = rest.replace(/^[-–—:]\s*/, '').trim();
    const place = { line: loc.start.line, column: loc.start.column + 1 };
    if (!isRule(name)) {
      const message = `There is no rule "${name}".${didYouMean(name, LINT_RULES)} Write // paal-safe: RULE reason.`;
      problems.push({ rule: 'unknown-rule', ...place, message });
    } else if (reason === '') {
      const message = `The override of ${name} does not say why, so it does not count. Write // paal-safe: ${name} reason.`;
      problems.push({ rule: 'override-without-reason', ...place, message });
    } else {
      let next = loc.end.line + 1;
      while (isComment(next)) next += 1;
      overrides.push({ rule: name, reason, ...place, next });
    }
  }
  return { overrides, problems };
}
