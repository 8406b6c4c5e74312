import { fieldsOf, numberOf } from './bson.ts';
import type { RealDatabase } from './real-database.ts';
import type { Fields } from './recorded.ts';
import { shapeOf } from './shown-text.ts';
import type { Namespace } from './statements.ts';

/** After this many values that occur twice no further ones are counted. */
const MOST_DUPLICATES = 100;

/**
 * Stages that give one document for every value that stands in more than one document, of those that
 * a unique index with `specification` would hold. Arrays are compared whole.
 */
export function duplicateStages(specification: Fields): readonly Fields[] {
  const fields = Object.keys(fieldsOf(specification.key));
  const [first = '_id'] = fields;
  const value =
    fields.length === 1
      ? `$${first}`
      : Object.fromEntries(fields.map((field, index) => [`k${index}`, `$${field}`]));
  const some = fields.map((field) => ({ [field]: { $exists: true } }));
  const held = [
    ...(specification.sparse === true ? [{ $match: { $or: some } }] : []),
    ...(specification.partialFilterExpression === undefined
      ? []
      : [{ $match: fieldsOf(specification.partialFilterExpression) }]),
  ];
  return [
    ...held,
    { $group: { _id: value, documents: { $sum: 1 } } },
    { $match: { documents: { $gt: 1 } } },
    { $limit: MOST_DUPLICATES },
  ];
}

async function uniqueNote(
  real: RealDatabase,
  where: Namespace,
  specification: Fields,
): Promise<string> {
  const shape = shapeOf(['unique', where], specification.key);
  const options = { collation: specification.collation, allowDiskUse: true };
  const selection = { ...where, filter: {}, options };
  const stages = duplicateStages(specification);
  const { documents, why } = await real.countPipeline(selection, stages, shape);
  if (documents === undefined) return `duplicates: ${why}`;
  if (documents === 0) return 'no duplicates now';
  const number = documents < MOST_DUPLICATES ? documents : `at least ${documents}`;
  return `${number} values occur more than once now: unless that is mended before, this fails`;
}

async function expiryNote(
  real: RealDatabase,
  where: Namespace,
  specification: Fields,
  today: Date,
): Promise<string | undefined> {
  const [field = '_id'] = Object.keys(fieldsOf(specification.key));
  const before = new Date(today.getTime() - numberOf(specification.expireAfterSeconds) * 1_000);
  const filter = { ...fieldsOf(specification.partialFilterExpression), [field]: { $lt: before } };
  const { documents, why } = await real.count(
    { ...where, filter },
    shapeOf(['expiry', where, field]),
  );
  if (documents === 0) return undefined;
  return documents === undefined
    ? `expired documents: ${why}`
    : `${documents} documents have expired now, and would be deleted within minutes`;
}

/** What a new index would meet in the collection as it is. */
export async function indexNotes(
  real: RealDatabase,
  where: Namespace,
  specification: Fields,
  today: Date,
): Promise<string | undefined> {
  const notes = [
    specification.unique === true ? await uniqueNote(real, where, specification) : undefined,
    specification.expireAfterSeconds === undefined
      ? undefined
      : await expiryNote(real, where, specification, today),
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes.join('; ');
}
