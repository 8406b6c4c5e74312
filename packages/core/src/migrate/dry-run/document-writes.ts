import { fieldsOf, listOf, numberOf, pick } from './bson.ts';
import { writingStage } from './command-kinds.ts';
import { SELECTING } from './real-database.ts';
import type { Fields, RecordedCommand } from './recorded.ts';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';
import {
  type Planned,
  planDelete,
  planEach,
  planInsert,
  planUpdate,
  readUpdate,
  type Tools,
  upsertedDocument,
} from './statements.ts';

/** What a write is answered with, and what is recorded of it. */
export interface Outcome {
  readonly answer: Fields;
  readonly records: readonly RecordedCommand[];
}

/** Looks at a write to a database instead of carrying it out. */
export type WriteHandler = (tools: Tools, database: string, command: Fields) => Promise<Outcome>;

function sum(planned: readonly Planned[]): number {
  return planned.reduce((total, { n }) => total + n, 0);
}

const insert: WriteHandler = async (tools, database, command) => {
  const where = { database, collection: String(command.insert) };
  const { record, n } = await planInsert(tools, where, listOf(command.documents));
  return { answer: { n, ok: 1 }, records: [record] };
};

const update: WriteHandler = async (tools, database, command) => {
  const where = { database, collection: String(command.update) };
  const planned = await planEach(command.updates, (one) =>
    planUpdate(tools, where, readUpdate(one, command)),
  );
  const upserted = planned.flatMap(({ upserted: _id }, index) =>
    _id === undefined ? [] : [{ index, _id }],
  );
  const n = sum(planned);
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
  const planned = await planEach(command.deletes, (one) => {
    const { q, limit, ...options } = fieldsOf(one);
    const multi = numberOf(limit) !== 1;
    return planDelete(tools, where, {
      filter: fieldsOf(q),
      options: { ...pick(command, ['let']), ...options },
      multi,
    });
  });
  return { answer: { n: sum(planned), ok: 1 }, records: planned.map(({ record }) => record) };
};

const findAndModify: WriteHandler = async ({ bson, real }, database, command) => {
  const name = 'findAndModify';
  const collection = String(command.findAndModify ?? command.findandmodify);
  const { query, sort, fields, update: change, remove: removes, upsert } = command;
  const filter = fieldsOf(query);
  const [found] = await real.firstBatch(database, {
    find: collection,
    filter,
    ...(sort === undefined ? {} : { sort }),
    ...(fields === undefined ? {} : { projection: fields }),
    limit: 1,
    singleBatch: true,
    ...pick(command, SELECTING),
  });
  const inserts = found === undefined && upsert === true && removes !== true;
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
      : undefined;
  const documents = found || inserts ? 1 : 0;
  const shape = shapeOf([name, database, collection, removes], filter, change);
  return {
    answer: {
      value: found ?? (command.new === true ? created : undefined) ?? null,
      lastErrorObject: {
        n: documents,
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

/** Where the statement `operation` of a bulkWrite writes; `index` points into its nsInfo. */
function namespaceAt(command: Fields, index: unknown) {
  const ns = String(fieldsOf(listOf(command.nsInfo)[numberOf(index)]).ns ?? '');
  const dot = ns.indexOf('.');
  return { database: ns.slice(0, dot), collection: ns.slice(dot + 1) };
}

// https://www.mongodb.com/docs/manual/reference/command/bulkWrite/
const bulkWrite: WriteHandler = async (tools, _, command) => {
  const kinds: string[] = [];
  const planned = await planEach(command.ops, async (operation) => {
    const { insert: into, update: updates, delete: from, ...one } = fieldsOf(operation);
    if (into !== undefined) {
      kinds.push('insert');
      return await planInsert(tools, namespaceAt(command, into), [one.document]);
    }
    if (updates !== undefined) {
      kinds.push('update');
      return await planUpdate(tools, namespaceAt(command, updates), readUpdate(one, command));
    }
    kinds.push('delete');
    const { filter, multi, ...options } = one;
    const statement = { filter: fieldsOf(filter), options, multi: multi === true };
    return await planDelete(tools, namespaceAt(command, from), statement);
  });
  const of = (kind: string) => planned.filter((_, index) => kinds[index] === kind);
  const upserts = planned.filter(({ upserted }) => upserted !== undefined).length;
  const matched = sum(of('update')) - upserts;
  const results = planned.map(({ n, upserted }, idx) => ({
    ok: 1,
    idx,
    n,
    ...(kinds[idx] === 'update' ? { nModified: upserted === undefined ? n : 0 } : {}),
    ...(upserted === undefined ? {} : { upserted: { _id: upserted } }),
  }));
  return {
    answer: {
      cursor: {
        id: tools.bson.Long.fromNumber(0),
        firstBatch: command.errorsOnly === true ? [] : results,
        ns: 'admin.$cmd.bulkWrite',
      },
      nErrors: 0,
      nInserted: sum(of('insert')),
      nMatched: matched,
      nModified: matched,
      nUpserted: upserts,
      nDeleted: sum(of('delete')),
      ok: 1,
    },
    records: planned.map(({ record }) => record),
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
