import type { Expression } from 'acorn';
import { constantOf, elementsOf, keyOf, memberOf, objectOf, propertiesOf } from '../literals.ts';
import { type Found, isNew, type Migration, named, upward } from '../migration.ts';
import type { Operation } from '../operation.ts';
import type { Rule } from './rule.ts';

function isUnique(node: Expression | undefined, operation: Operation): boolean {
  return (
    node !== undefined && constantOf(memberOf(objectOf(node, operation.scope), 'unique')) === true
  );
}

/** Whether an index that `operation` creates is unique: its options say so, or one of its specifications. */
export function createsUnique(operation: Operation): boolean {
  if (operation.method === 'createIndex') return isUnique(operation.options, operation);
  return (elementsOf(operation.args[0], operation.scope) ?? []).some(({ node, scope }) =>
    isUnique(node, { ...operation, scope }),
  );
}

/** Whether duplicates are looked for before, by an aggregation that groups, or documents deleted. */
function looksForDuplicates({ up, checks }: Migration, operation: Operation): boolean {
  const before = up?.calls.slice(0, up.calls.indexOf(operation.call)) ?? [];
  const deletes = up?.operations
    .slice(0, up.operations.indexOf(operation))
    .some(
      ({ method, collections }) =>
        /^(?:delete|findOneAndDelete)/.test(method) &&
        named(collections) === named(operation.collections),
    );
  if (deletes) return true;
  return [...checks.flatMap(({ calls }) => calls), ...before].some(({ method, args, scope }) =>
    method === 'distinct' || method === 'aggregate'
      ? (elementsOf(args[0], scope) ?? []).some(({ node, scope: own }) => {
          const stage = objectOf(node, own);
          const names = stage ? propertiesOf(stage).map(keyOf) : [];
          return names.includes('$group') || names.includes('$sortByCount');
        })
      : false,
  );
}

const LOCK =
  'The build holds an exclusive lock on the collection at its beginning and at its end, for which it waits ' +
  'until transactions on the collection have ended, with everybody else behind it.';

function created(migration: Migration): readonly Operation[] {
  return upward(migration).filter(
    (one) => /^createIndex(?:es)?$/.test(one.method) && !isNew(one, migration),
  );
}

function checkUnique(migration: Migration): readonly Found[] {
  return created(migration)
    .filter((one) => createsUnique(one) && !looksForDuplicates(migration, one))
    .map(({ place, collections }) => ({
      node: place,
      message:
        `Builds a unique index on ${named(collections)}, which may have duplicates: they are found at the end of ` +
        'the build only, which then fails. Look for them first, in precheck: an aggregation that groups by ' +
        'the key and keeps what counts more than one. ' +
        LOCK,
    }));
}

/** It cannot see whether a collection has documents, nor whether a check looks at the right key. */
export const uniqueIndexOnExisting: Rule = {
  severity: 'warning',
  finds:
    'A unique index on a collection that this migration has not created, without a look for duplicates ($group) or a delete before.',
  instead: 'A `precheck` that groups by the key and throws when there are duplicates.',
  check: checkUnique,
};

function checkBuilds(migration: Migration): readonly Found[] {
  return created(migration)
    .filter((one) => !createsUnique(one) || looksForDuplicates(migration, one))
    .map(({ place, collections }) => ({
      node: place,
      message: `Builds an index on ${named(collections)}. ${LOCK} Where it is large, do it when little goes on.`,
    }));
}

/** It cannot see how large a collection is. */
export const indexBuild: Rule = {
  severity: 'info',
  finds: 'Any other index on a collection that this migration has not created.',
  instead: 'Nothing, or a time when little goes on.',
  check: checkBuilds,
};
