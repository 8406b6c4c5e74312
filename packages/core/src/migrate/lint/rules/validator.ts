import { WRITES } from '../driver.ts';
import { optionOf } from '../filters.ts';
import { objectOf, propertyOf } from '../literals.ts';
import { type Found, isNew, type Migration, named, upward } from '../migration.ts';
import type { Rule } from './rule.ts';

function check(migration: Migration): readonly Found[] {
  const operations = upward(migration);
  return operations.flatMap((one, position): readonly Found[] => {
    const options = objectOf(one.options, one.scope);
    const takesAway = objectOf(propertyOf(options, 'validator')?.value, one.scope)?.node;
    if (one.method !== 'collMod' || !propertyOf(options, 'validator')) return [];
    if (takesAway?.properties.length === 0 || isNew(one, migration)) return [];
    const level = optionOf(one.options, one, 'validationLevel') ?? 'strict';
    const action = optionOf(one.options, one, 'validationAction') ?? 'error';
    if (level === 'moderate' || level === 'off' || action === 'warn') return [];
    const on = named(one.collections);
    const cleaned = operations
      .slice(0, position)
      .some(({ method, collections }) => WRITES.has(method) && named(collections) === on);
    const isChecked = migration.exports.get('precheck') !== undefined;
    if (cleaned || isChecked) return [];
    return [
      {
        node: one.place,
        message:
          `From now on every write to ${on} that breaks this validator is refused, also updates of documents ` +
          'that broke it before, and writes of the version that still runs. Begin with validationAction: "warn" ' +
          'or validationLevel: "moderate", mend the documents, and make it strict in a later release.',
      },
    ];
  });
}

/** It cannot see whether documents break the validator, nor whether a change before it mends them all. */
export const validatorStrict: Rule = {
  severity: 'warning',
  finds:
    'collMod with a validator, level strict and action error (both are the defaults), without a change to the collection or a precheck before.',
  instead:
    '`validationAction: "warn"` or `validationLevel: "moderate"` first; strict when the documents are mended.',
  check,
};
