import { selectsAll } from '../filters.ts';
import { bothWays, type Found, isNew, type Migration, named, upward } from '../migration.ts';
import type { Rule } from './rule.ts';

function checkUpdates(migration: Migration): readonly Found[] {
  return upward(migration)
    .filter(({ method }) => method === 'updateMany')
    .filter((one) => selectsAll(one) && !one.call.context.batched && !isNew(one, migration))
    .map(({ place, collections }) => ({
      node: place,
      message:
        `Updates every document of ${named(collections)} in one call. Each of them is an entry of its own ` +
        'in the oplog, so that secondaries may fall behind; and a run that is cut off begins again with all ' +
        'of them. Update in batches with ctx.batches(…), or give a filter that what is done no longer ' +
        'matches, such as { field: { $exists: false } }.',
    }));
}

/** It cannot see how many documents a collection has, nor how many a filter selects. */
export const unbatchedUpdateMany: Rule = {
  severity: 'warning',
  finds: 'An up with an updateMany that selects all documents of a collection.',
  instead:
    '`ctx.batches(…)`, which is throttled and goes on where it was cut off; or a filter that what is done no longer matches.',
  check: checkUpdates,
};

function checkDeletes(migration: Migration): readonly Found[] {
  return bothWays(migration)
    .filter(({ method }) => method === 'deleteMany')
    .filter((one) => selectsAll(one) && !isNew(one, migration))
    .map(({ place, collections }) => ({
      node: place,
      message:
        `Deletes every document of ${named(collections)}, also those that were written since. ` +
        'Give a filter for the ones that are meant, such as the _ids that up has inserted.',
    }));
}

/** It cannot see how many documents a filter selects. */
export const unboundedDeleteMany: Rule = {
  severity: 'error',
  finds:
    'A deleteMany that selects all documents of a collection which this migration has not created, in up or down.',
  instead: 'A filter for the documents that are meant; in down for those that up has inserted.',
  check: checkDeletes,
};
