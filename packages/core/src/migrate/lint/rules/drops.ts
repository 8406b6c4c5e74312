import type { Expression } from 'acorn';
import { optionOf } from '../filters.ts';
import { bothWays, type Found, isNew, type Migration, named, upward } from '../migration.ts';
import type { Operation } from '../operation.ts';
import { textsOf } from '../values.ts';
import type { Rule } from './rule.ts';

const EXPAND =
  'While this release is rolled out, and after a rollback of it, the version before still runs';

function checkCollections(migration: Migration): readonly Found[] {
  return upward(migration)
    .filter((one) => one.method === 'drop' && !isNew(one, migration))
    .map(({ place, collections }) => ({
      node: place,
      message:
        `Drops ${named(collections)}, with all of its documents and indexes, and no down brings them back. ` +
        `${EXPAND} and uses it. Drop it in a later release than the one that stops using it, after a backup.`,
    }));
}

/** It cannot see whether an older version still uses the collection, nor what `$out` replaces. */
export const dropCollection: Rule = {
  severity: 'error',
  finds: 'An up that drops a collection which this migration has not created.',
  instead:
    'Stop using the collection in one release; drop it in a later one, after a backup, with an override that says so.',
  check: checkCollections,
};

function checkDatabases(migration: Migration): readonly Found[] {
  return bothWays(migration)
    .filter(({ method }) => method === 'dropDatabase')
    .map(({ place }) => ({
      node: place,
      message:
        'Drops the whole database: every collection, and the changelog of the migrations with them. ' +
        'Drop the collections by name that this migration is about.',
    }));
}

/** It cannot see which database a client's other `db(…)` is. */
export const dropDatabase: Rule = {
  severity: 'error',
  finds: 'dropDatabase(), in up or down.',
  instead: 'Drop collections by name.',
  check: checkDatabases,
};

function targetsOf({ method, args, scope, call }: Operation): readonly string[] {
  const [to] = call.method === method ? args : [];
  return to ? textsOf(to, scope) : [];
}

function checkRenames(migration: Migration): readonly Found[] {
  return upward(migration)
    .filter((one) => one.method === 'rename')
    .filter((one) => !isNew(one, migration) || optionOf(one.options, one, 'dropTarget') === true)
    .map((one) => {
      const drops = optionOf(one.options, one, 'dropTarget') === true;
      const to = targetsOf(one);
      const target = to.length > 0 ? ` to ${named(to)}` : '';
      return {
        node: one.place,
        message:
          `Renames ${named(one.collections)}${target}${drops ? ', and drops what had that name' : ''}. ` +
          `${EXPAND}: it reads nothing under the old name, and its next write makes an empty collection of ` +
          'that name. Create the new collection, write to both, copy in batches, read from the new one; ' +
          'drop the old one in a later release.',
      };
    });
}

/** It cannot see whether any version uses the old name. */
export const renameCollection: Rule = {
  severity: 'error',
  finds: 'An up that renames a collection, unless this migration has created it.',
  instead:
    'Create the new one, write to both, copy in batches, move the reads, drop the old one a release later.',
  check: checkRenames,
};

/** The index that `operation` is about, by its name or its keys. */
function nameOfIndex(index: Expression | undefined, { scope }: Operation): string {
  const [name] = index ? textsOf(index, scope) : [];
  return name === undefined ? 'an index' : `the index "${name}"`;
}

function checkIndexes(migration: Migration): readonly Found[] {
  const operations = upward(migration);
  return operations.flatMap((one, position): readonly Found[] => {
    const isAll = one.method === 'dropIndexes';
    if ((one.method !== 'dropIndex' && !isAll) || isNew(one, migration)) return [];
    const on = named(one.collections);
    const hasSuccessor = operations
      .slice(0, position)
      .some(
        ({ method, collections }) =>
          /^createIndex/.test(method) && named(collections) === on && collections.length > 0,
      );
    if (hasSuccessor && !isAll) return [];
    const what = isAll ? 'all indexes' : nameOfIndex(one.args[0], one);
    return [
      {
        node: one.place,
        message:
          `Drops ${what} of ${on}: queries that used ${isAll ? 'them' : 'it'} read the whole collection at once, ` +
          'and what was unique no longer is. Build the successor first, or hide the index ' +
          '(collMod with index: { name, hidden: true }), which can be undone at once, and drop it in a later release.',
      },
    ];
  });
}

/** It cannot see which queries use an index, nor whether another one serves them. */
export const dropIndex: Rule = {
  severity: 'warning',
  finds: 'An up that drops indexes before it has created another one on the collection.',
  instead:
    'Create the successor first; or hide the index with collMod, see that nothing gets slow, drop it a release later.',
  check: checkIndexes,
};
