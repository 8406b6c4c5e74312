/** What a finding of the linter for migrations may be; `off` is none. */
export const LINT_SEVERITIES = ['off', 'info', 'warning', 'error'] as const;
export type LintSeverity = (typeof LINT_SEVERITIES)[number];

/**
 * The rules of the linter for migrations, by the names under which paal.yaml and overrides know them.
 * What they look for is in migrate/lint.
 */
export const LINT_RULES = [
  'app-model-import',
  'changelog-write',
  'ddl-in-transaction',
  'drop-collection',
  'drop-database',
  'drop-index',
  'edited-migration',
  'index-build',
  'long-transaction',
  'no-down',
  'non-idempotent',
  'nondeterministic-target',
  'override-without-reason',
  'remove-field',
  'rename-collection',
  'rename-field',
  'session-not-passed',
  'unawaited-promise',
  'unbatched-update-many',
  'unbounded-delete-many',
  'unique-index-on-existing',
  'unknown-rule',
  'unused-override',
  'validator-strict',
] as const;
export type LintRule = (typeof LINT_RULES)[number];
