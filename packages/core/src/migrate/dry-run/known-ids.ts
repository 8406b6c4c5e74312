import type { Bson } from './bson.ts';
import type { RealDatabase } from './real-database.ts';
import type { Fields } from './recorded.ts';
import type { Namespace, Tools } from './statements.ts';

const IDS_AT_ONCE = 1_000;

/** BSON's types of which two are equal when they are written the same. */
const SCALARS: ReadonlySet<unknown> = new Set([
  ...['ObjectId', 'ObjectID', 'Int32', 'Long', 'Double', 'Binary'],
]);

function isScalar(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Date) return true;
  return SCALARS.has((value as { _bsontype?: unknown } | null | undefined)?._bsontype);
}

/** The `_id` of a filter that asks for nothing else, as a text; numbers are equal whatever their type. */
function onlyId(bson: Bson, filter: Fields): string | undefined {
  const keys = Object.keys(filter);
  if (keys.length !== 1 || keys[0] !== '_id' || !isScalar(filter._id)) return undefined;
  return bson.EJSON.stringify(filter._id, { relaxed: true });
}

async function existing(
  { bson, real }: Tools,
  { database, collection }: Namespace,
  ids: readonly unknown[],
): Promise<readonly string[] | undefined> {
  const { documents, why } = await real.firstBatch(database, {
    find: collection,
    filter: { _id: { $in: ids } },
    projection: { _id: 1 },
    batchSize: ids.length,
    singleBatch: true,
  });
  if (why !== undefined) return undefined;
  return documents.map(({ _id }) => bson.EJSON.stringify(_id, { relaxed: true }));
}

/**
 * `tools` that know already which of the documents are there that `filters` name by their _id alone.
 * A bulk write has up to 100,000 of those, and a question for each would take longer than the write.
 */
export async function withKnownIds(
  tools: Tools,
  where: Namespace,
  filters: readonly Fields[],
): Promise<Tools> {
  const { bson, real } = tools;
  const asked = new Map<string, unknown>();
  for (const filter of filters) {
    const id = onlyId(bson, filter);
    if (id !== undefined) asked.set(id, filter._id);
  }
  if (asked.size < 2) return tools;
  const ids = [...asked.values()];
  const there = new Set<string>();
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const some = await existing(tools, where, ids.slice(start, start + IDS_AT_ONCE));
    if (some === undefined) return tools;
    for (const id of some) there.add(id);
  }
  const count: RealDatabase['count'] = async (selection, shape) => {
    const id = onlyId(bson, selection.filter);
    const plain = Object.keys(selection.options ?? {}).length === 0;
    if (id === undefined || !plain || !asked.has(id)) return await real.count(selection, shape);
    return { documents: there.has(id) ? 1 : 0 };
  };
  return { ...tools, real: { ...real, count } };
}
