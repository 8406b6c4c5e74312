import { firstKey, isFields, numberOf } from './bson.ts';
import { plainCommand } from './command-kinds.ts';
import { createIndexes, dropIndexes } from './index-writes.ts';
import type { RealDatabase } from './real-database.ts';
import type { Fields } from './recorded.ts';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';
import type { WriteHandler } from './write-handler.ts';

async function exists(real: RealDatabase, database: string, name: string): Promise<boolean> {
  const command = { listCollections: 1, filter: { name }, nameOnly: true };
  return (await real.firstBatch(database, command)).documents.length > 0;
}

const drop: WriteHandler = async ({ real }, database, command) => {
  const where = { database, collection: String(command.drop) };
  const there = await exists(real, database, where.collection);
  const name = 'drop';
  const shape = shapeOf([name, where]);
  const count = there ? await real.count({ ...where, filter: {} }, shape) : { documents: 0 };
  const note = there ? count.why : 'there is no such collection now';
  return {
    answer: { nIndexesWas: 1, ns: `${database}.${where.collection}`, ok: 1 },
    records: [{ name, ...where, text: '', documents: count.documents, note, shape }],
  };
};

const dropDatabase: WriteHandler = async ({ real }, database) => {
  const stats = await real.read(database, { dbStats: 1 }).catch((): Fields => ({}));
  const documents = stats.objects === undefined ? undefined : numberOf(stats.objects);
  const note = `with all of its ${numberOf(stats.collections)} collections`;
  const name = 'dropDatabase';
  const shape = shapeOf([name, database]);
  return {
    answer: { dropped: database, ok: 1 },
    records: [{ name, database, collection: undefined, text: '', documents, note, shape }],
  };
};

function splitNamespace(namespace: unknown) {
  const text = String(namespace);
  const dot = text.indexOf('.');
  return { database: text.slice(0, dot), collection: text.slice(dot + 1) };
}

const renameCollection: WriteHandler = async ({ real }, _, command) => {
  const where = splitNamespace(command.renameCollection);
  const to = splitNamespace(command.to);
  const name = 'renameCollection';
  const shape = shapeOf([name, where]);
  const { documents, why } = await real.count({ ...where, filter: {} }, shape);
  const drops = command.dropTarget === true;
  const target = (await exists(real, to.database, to.collection))
    ? await real.count({ ...to, filter: {} }, shapeOf([name, to]))
    : undefined;
  const size = target ? (target.documents ?? 'uncounted') : 0;
  const note =
    target &&
    (drops
      ? `the ${size} documents of ${to.collection} would be lost`
      : `${to.collection} exists now, with ${size} documents: unless it is dropped before, this fails`);
  const other = to.database === where.database ? to.collection : String(command.to);
  const text = joinText(`to ${other}`, drops ? 'dropTarget' : undefined);
  return {
    answer: { ok: 1 },
    records: [{ name, ...where, text, documents, note: note ?? why, shape }],
  };
};

const create: WriteHandler = async ({ bson, real }, database, command) => {
  const collection = String(command.create);
  const { create: _, ...options } = plainCommand(command);
  const note = (await exists(real, database, collection))
    ? 'it exists now: unless it is dropped before, this fails'
    : undefined;
  const text = Object.keys(options).length === 0 ? '' : joinText(ejsonText(bson, options));
  const name = 'create';
  const shape = shapeOf([name, database, collection]);
  return {
    answer: { ok: 1 },
    records: [{ name, database, collection, text, documents: undefined, note, shape }],
  };
};

const collMod: WriteHandler = async ({ bson, real }, database, command) => {
  const where = { database, collection: String(command.collMod) };
  const { collMod: _, ...options } = plainCommand(command);
  const { validator } = options;
  const name = 'collMod';
  const shape = shapeOf([name, where], options);
  let note: string | undefined;
  if (isFields(validator) && firstKey(validator) !== '') {
    const filter = { $nor: [validator] };
    const { documents, why } = await real.count({ ...where, filter }, shape);
    note = why
      ? `documents against the new validator: ${why}`
      : `${documents} documents are against the new validator now`;
  }
  const text = joinText(ejsonText(bson, options));
  return {
    answer: { ok: 1 },
    records: [{ name, ...where, text, documents: undefined, note, shape }],
  };
};

/** What looks at the writes of collections, indexes and databases, by the command's name. */
export const schemaWrites: Readonly<Record<string, WriteHandler>> = {
  createIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  drop,
  dropDatabase,
  renameCollection,
  create,
  collMod,
};

/** Any other command: recorded as it is, and answered as done. */
export const otherWrite: WriteHandler = async ({ bson }, database, command) => {
  const name = firstKey(command);
  const collection = typeof command[name] === 'string' ? String(command[name]) : undefined;
  const { [name]: _, ...options } = plainCommand(command);
  const text = Object.keys(options).length === 0 ? '' : joinText(ejsonText(bson, options));
  const shape = shapeOf([name, database, collection], options);
  const note = 'not known to the dry run, answered as done';
  return {
    answer: { ok: 1 },
    records: [{ name, database, collection, text, documents: undefined, note, shape }],
  };
};
