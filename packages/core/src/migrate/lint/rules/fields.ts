import { type Found, isNew, type Migration, named, upward } from '../migration.ts';
import type { Operation } from '../operation.ts';
import type { UpdatePart } from '../updates.ts';
import { updateParts } from '../updates.ts';
import type { Rule } from './rule.ts';

const OLD =
  'While this release is rolled out, and after a rollback of it, the version before still';

/** The fields that `operations` set on the collection of `one`: a marker that goes again harms nobody. */
function ownFields(operations: readonly Operation[], one: Operation): ReadonlySet<string> {
  const set = operations
    .filter(({ collections }) => named(collections) === named(one.collections))
    .flatMap(updateParts)
    .filter(({ operator }) => /^\$(?:set|addFields)$/.test(operator));
  return new Set(set.flatMap(({ fields }) => fields));
}

function parts(
  migration: Migration,
  operator: string,
): readonly { readonly part: UpdatePart; readonly on: string }[] {
  const operations = upward(migration);
  return operations.flatMap((one, position) => {
    if (isNew(one, migration)) return [];
    const own = ownFields(operations.slice(0, position), one);
    return updateParts(one)
      .filter((part) => part.operator === operator)
      .filter(({ fields }) => fields.length > 0 && !fields.every((field) => own.has(field)))
      .map((part) => ({ part, on: named(one.collections) }));
  });
}

function listed(fields: readonly string[]): string {
  return fields.map((field) => (field === '' ? 'a field' : `"${field}"`)).join(', ');
}

function checkRemoved(migration: Migration): readonly Found[] {
  return parts(migration, '$unset').map(({ part: { node, fields }, on }) => ({
    node,
    message:
      `Removes ${listed(fields)} from ${on}, and no down brings the values back. ${OLD} reads it. ` +
      'Remove a field in a later release than the one that stops using it.',
  }));
}

/** It cannot see fields that a `$project` or `$replaceWith` leaves out, nor who still reads a field. */
export const removeField: Rule = {
  severity: 'warning',
  finds: 'An up that takes a field away with $unset, also as a stage of a pipeline.',
  instead:
    'Stop reading and writing the field in one release, remove it in a later one, with an override that says so.',
  check: checkRemoved,
};

function checkRenamed(migration: Migration): readonly Found[] {
  return parts(migration, '$rename').map(({ part: { node, fields }, on }) => ({
    node,
    message:
      `Renames ${listed(fields)} in ${on}. ${OLD} reads and writes the old name, so it misses the values, ` +
      'and writes ones that the new version misses. Write both fields, copy in batches, read the new one; ' +
      'remove the old one in a later release.',
  }));
}

/** It cannot see a rename that is made of reading one field and writing another. */
export const renameField: Rule = {
  severity: 'error',
  finds: 'An up that renames a field with $rename.',
  instead:
    'Expand and contract: write both, copy, read the new one, remove the old one a release later.',
  check: checkRenamed,
};
