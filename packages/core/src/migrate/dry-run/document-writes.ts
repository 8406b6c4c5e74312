import { fieldsOf, listOf, numberOf, pick } from './bson.ts';
import { bulkWrite } from './bulk-write.ts';
import { writingStage } from './command-kinds.ts';
import { withKnownIds } from './known-ids.ts';
import { SELECTING } from './real-database.ts';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';
import {
  planDelete,
  planEach,
  planInsert,
  planUpdate,
  readUpdate,
  sumOf,
  upsertedDocument,
} from './statements.ts';
import type { WriteHandler } from './write-handler.ts';

const insert: WriteHandler = async (tools, database, command) => {
  const where = { database, collection: String(command.insert) };
  const { record, n } = await planInsert(tools, where, listOf(command.documents));
  return { answer: { n, ok: 1 }, records: [record] };
};

const update: WriteHandler = async (tools, database, command) => {
  const where = { database, collection: String(command.update) };
  const updates = listOf(command.updates).map((one) => readUpdate(one, command));
  const known = await withKnownIds(
    tools,
    where,
    updates.map(({ filter }) => filter),
  );
  const planned = await planEach(updates, async (one) => await planUpdate(known, where, one));
  const upserted = planned.flatMap(({ upserted: _id }, index) =>
    _id === undefined ? [] : [{ index, _id }],
  );
  const n = sumOf(planned);
  return {
    answer: {
      n,
      nModified: n - upserted.length,
      ...(upserted.length === 0 ? {} : { upserted }),
      ok: 1,
    },
    records: planned.map(({ record }) => record),
  };
};

const remove: WriteHandler = async (tools, database, command) => {
  const where = { database, collection: String(command.delete) };
  const deletes = listOf(command.deletes).map((one) => {
    const { q, limit, ...options } = fieldsOf(one);
    return {
      filter: fieldsOf(q),
      options: { ...pick(command, ['let']), ...options },
      multi: numberOf(limit) !== 1,
    };
  });
  const known = await withKnownIds(
    tools,
    where,
    deletes.map(({ filter }) => filter),
  );
  const planned = await planEach(deletes, async (one) => await planDelete(known, where, one));
  return { answer: { n: sumOf(planned), ok: 1 }, records: planned.map(({ record }) => record) };
};

const findAndModify: WriteHandler = async ({ bson, real }, database, command) => {
  const name = 'findAndModify';
  const collection = String(command.findAndModify ?? command.findandmodify);
  const { query, sort, fields, update: change, remove: removes, upsert } = command;
  const filter = fieldsOf(query);
  const { documents: batch, why } = await real.firstBatch(database, {
    find: collection,
    filter,
    ...(sort === undefined ? {} : { sort }),
    ...(fields === undefined ? {} : { projection: fields }),
    limit: 1,
    singleBatch: true,
    ...pick(command, SELECTING),
  });
  const [found] = batch;
  const inserts = found === undefined && why === undefined && upsert === true && removes !== true;
  const created = inserts ? upsertedDocument(bson, filter, change) : undefined;
  const text = joinText(
    `filter ${ejsonText(bson, filter)}`,
    sort === undefined ? undefined : `sort ${ejsonText(bson, sort)}`,
    removes === true ? 'remove' : `update ${ejsonText(bson, change)}`,
    upsert === true ? 'upsert' : undefined,
  );
  const note = inserts
    ? 'the filter matches none, and one would be inserted'
    : found && command.new === true
      ? 'the migration was given the document as it is now, not as it would become'
      : why;
  const n = found || inserts ? 1 : 0;
  const documents = why === undefined ? n : undefined;
  const shape = shapeOf([name, database, collection, removes], filter, change);
  return {
    answer: {
      value: found ?? (command.new === true ? created : undefined) ?? null,
      lastErrorObject: {
        n,
        ...(removes === true ? {} : { updatedExisting: found !== undefined }),
        ...(created ? { upserted: created._id } : {}),
      },
      ok: 1,
    },
    records: [{ name, database, collection, text, documents, note, shape }],
  };
};

const aggregate: WriteHandler = async ({ bson, real }, database, command) => {
  const name = 'aggregate';
  const collection = typeof command.aggregate === 'string' ? command.aggregate : undefined;
  const stages = listOf(command.pipeline).map(fieldsOf);
  const last = writingStage(stages);
  const rest = stages.filter((stage) => stage !== last);
  const shape = shapeOf([name, database, collection], stages);
  const selection = { database, collection: collection ?? '', filter: {}, options: command };
  const count = await real.countPipeline(selection, rest, shape);
  const text = joinText(ejsonText(bson, last), `of ${ejsonText(bson, rest)}`);
  const { documents, why: note } = count;
  return {
    answer: {
      cursor: {
        firstBatch: [],
        id: bson.Long.fromNumber(0),
        ns: `${database}.${collection ?? ''}`,
      },
      ok: 1,
    },
    records: [{ name, database, collection, text, documents, note, shape }],
  };
};

/** What looks at the writes of documents, by the command's name. */
export const documentWrites: Readonly<Record<string, WriteHandler>> = {
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
  aggregate,
  bulkWrite,
};
