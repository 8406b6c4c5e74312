import type { LintRule } from '../finding.ts';
import { unbatchedUpdateMany, unboundedDeleteMany } from './bulk.ts';
import { noDown } from './down.ts';
import { dropCollection, dropDatabase, dropIndex, renameCollection } from './drops.ts';
import { removeField, renameField } from './fields.ts';
import { appModelImport } from './imports.ts';
import { indexBuild, uniqueIndexOnExisting } from './indexes.ts';
import { unawaitedPromise } from './promises.ts';
import { changelogWrite, nondeterministicTarget, nonIdempotent } from './repeatable.ts';
import type { Rule } from './rule.ts';
import { ddlInTransaction, longTransaction, sessionNotPassed } from './transactions.ts';
import { validatorStrict } from './validator.ts';

const NOTHING = (): readonly [] => [];

/** Every rule by its name. */
export const RULES: Readonly<Record<LintRule, Rule>> = {
  'no-down': noDown,
  'unawaited-promise': unawaitedPromise,
  'drop-collection': dropCollection,
  'drop-database': dropDatabase,
  'rename-collection': renameCollection,
  'drop-index': dropIndex,
  'remove-field': removeField,
  'rename-field': renameField,
  'unbatched-update-many': unbatchedUpdateMany,
  'unbounded-delete-many': unboundedDeleteMany,
  'unique-index-on-existing': uniqueIndexOnExisting,
  'index-build': indexBuild,
  'ddl-in-transaction': ddlInTransaction,
  'long-transaction': longTransaction,
  'session-not-passed': sessionNotPassed,
  'validator-strict': validatorStrict,
  'app-model-import': appModelImport,
  'nondeterministic-target': nondeterministicTarget,
  'changelog-write': changelogWrite,
  'non-idempotent': nonIdempotent,
  // What follows is not of one migration's code; who finds it says so where it is found.
  'edited-migration': {
    severity: 'warning',
    finds:
      'In a pull request, a change to a migration that the base branch has already, or a new name for it.',
    instead:
      'A new migration. One that is applied somewhere is never applied again as it was edited.',
    check: NOTHING,
  },
  'override-without-reason': {
    severity: 'warning',
    finds: 'An override that does not say why. It does not count.',
    instead: '`// paal-safe: RULE reason`',
    check: NOTHING,
  },
  'unknown-rule': {
    severity: 'warning',
    finds: 'An override of a rule that there is not.',
    instead: 'The name that is meant; the finding says the nearest one.',
    check: NOTHING,
  },
  'unused-override': {
    severity: 'info',
    finds: 'An override where its rule finds nothing.',
    instead: 'Remove it.',
    check: NOTHING,
  },
};
