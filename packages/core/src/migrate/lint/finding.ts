import type { LintRule, LintSeverity } from '../../config/lint-rules.ts';
import type { SourcePosition } from '../../errors.ts';

export type { LintRule } from '../../config/lint-rules.ts';

/** How grave a finding is. */
export type FindingSeverity = Exclude<LintSeverity, 'off'>;

/** `syntax-error` and `no-up` are of files that cannot run at all; no setting and no override hides them. */
export type FindingRule = LintRule | 'no-up' | 'syntax-error';

/** Something dangerous in a migration. */
export interface LintFinding {
  readonly rule: FindingRule;
  readonly severity: FindingSeverity;
  readonly position: Required<SourcePosition>;
  /** What is dangerous, on what, and the safe way. */
  readonly message: string;
}
