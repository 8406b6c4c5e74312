import type { Collection } from 'mongodb';
import { UserError } from '../../errors.ts';

interface Index {
  readonly key: Readonly<Record<string, unknown>>;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly partialFilterExpression?: unknown;
}

/** The index among `indexes` that holds every document once, in the order of the field `key`. */
export function walkableIndex(
  indexes: readonly Index[],
  key: string,
): Readonly<Record<string, 1 | -1>> | undefined {
  const found = indexes.find((index) => {
    const [field, ...more] = Object.entries(index.key);
    const isOrdered = more.length === 0 && field?.[0] === key && Math.abs(Number(field[1])) === 1;
    const isWhole = index.sparse !== true && index.partialFilterExpression === undefined;
    return isOrdered && isWhole && index.unique === true;
  });
  return found && { [key]: Number(found.key[key]) < 0 ? -1 : 1 };
}

/**
 * What to hint, so that no walk sorts in memory, whatever index its filter might rather be given.
 * @throws UserError when no index makes the order of `key` one
 */
export async function indexToWalk(
  collection: Collection,
  key: string,
): Promise<Readonly<Record<string, 1 | -1>>> {
  if (key === '_id') return { _id: 1 };
  const index = walkableIndex((await collection.indexes()) as readonly Index[], key);
  if (index) return index;
  throw new UserError(
    `ctx.batches cannot walk ${collection.collectionName} by "${key}": that needs a unique index of this ` +
      'field alone, neither sparse nor partial. Leave orderBy out, so that it goes by _id.',
  );
}
