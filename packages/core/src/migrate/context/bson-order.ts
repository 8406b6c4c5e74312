/**
 * The types of BSON in the order in which a server sorts them, by the names that `$type` knows. A
 * comparison such as `$gt` finds values of one of them only.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export const BRACKETS = [
  'minKey',
  'null',
  'number',
  'string',
  'object',
  'array',
  'binData',
  'objectId',
  'bool',
  'date',
  'timestamp',
  'regex',
  'dbPointer',
  'javascript',
  'javascriptWithScope',
  'maxKey',
] as const;

/** One of them. */
export type Bracket = (typeof BRACKETS)[number];

/** Types that some servers neither store nor know by name (FerretDB 1). */
export const RARE: ReadonlySet<Bracket> = new Set([
  'minKey',
  'dbPointer',
  'javascript',
  'javascriptWithScope',
  'maxKey',
]);

/** By `_bsontype`, which every version of the driver has; version 4 writes ObjectID. */
const BY_BSON_TYPE: Readonly<Record<string, Bracket>> = {
  MinKey: 'minKey',
  Long: 'number',
  Int32: 'number',
  Double: 'number',
  Decimal128: 'number',
  BSONSymbol: 'string',
  Symbol: 'string',
  DBRef: 'object',
  Binary: 'binData',
  UUID: 'binData',
  ObjectId: 'objectId',
  ObjectID: 'objectId',
  Timestamp: 'timestamp',
  BSONRegExp: 'regex',
  Code: 'javascript',
  MaxKey: 'maxKey',
};

/** The type of a value as the driver gives it; a missing one sorts as null does. */
export function bracketOf(value: unknown): Bracket {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  if (value instanceof Uint8Array) return 'binData';
  if (Array.isArray(value)) return 'array';
  const { _bsontype } = value as { readonly _bsontype?: string };
  return BY_BSON_TYPE[_bsontype ?? ''] ?? 'object';
}
