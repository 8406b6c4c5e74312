import { fieldsOf, listOf } from './bson.ts';
import { indexNotes } from './index-notes.ts';
import type { RealDatabase } from './real-database.ts';
import type { Fields } from './recorded.ts';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';
import type { WriteHandler } from './write-handler.ts';

async function indexes(
  real: RealDatabase,
  database: string,
  collection: string,
): Promise<readonly Fields[]> {
  return (await real.firstBatch(database, { listIndexes: collection })).documents;
}

function sameKey(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Looks at new indexes, and at what they would meet. */
export const createIndexes: WriteHandler = async ({ bson, real, today }, database, command) => {
  const where = { database, collection: String(command.createIndexes) };
  const existing = await indexes(real, database, where.collection);
  const specifications = listOf(command.indexes).map(fieldsOf);
  const records = [];
  for (const specification of specifications) {
    const { key, name, v: _, ...options } = specification;
    const note = existing.some((index) => index.name === name || sameKey(index.key, key))
      ? 'an index of this name or key exists now'
      : await indexNotes(real, where, specification, today());
    const rest = Object.keys(options).length === 0 ? undefined : ejsonText(bson, options);
    const text = joinText(ejsonText(bson, key), rest);
    const shape = shapeOf(['createIndexes', where, name]);
    records.push({ name: 'createIndexes', ...where, text, documents: undefined, note, shape });
  }
  const before = Math.max(existing.length, 1);
  const numIndexesAfter = before + specifications.length;
  return {
    answer: {
      numIndexesBefore: before,
      numIndexesAfter,
      createdCollectionAutomatically: existing.length === 0,
      ok: 1,
    },
    records,
  };
};

/** Looks at the end of indexes. */
export const dropIndexes: WriteHandler = async ({ bson, real }, database, command) => {
  const collection = String(command.dropIndexes ?? command.deleteIndexes);
  const { index } = command;
  const existing = await indexes(real, database, collection);
  const missing = listOf(Array.isArray(index) ? index : [index]).filter(
    (one) => typeof one === 'string' && one !== '*' && !existing.some(({ name }) => name === one),
  );
  const note = missing.length === 0 ? undefined : `there is no index ${missing.join(', ')} now`;
  const text = typeof index === 'string' ? index : ejsonText(bson, index);
  const name = 'dropIndexes';
  const shape = shapeOf([name, database, collection]);
  return {
    answer: { nIndexesWas: Math.max(existing.length, 1), ok: 1 },
    records: [{ name, database, collection, text, documents: undefined, note, shape }],
  };
};
