import { fieldsOf, firstKey, listOf, numberOf } from './bson.ts';
import { withKnownIds } from './known-ids.ts';
import type { Fields } from './recorded.ts';
import {
  type Namespace,
  planDelete,
  planEach,
  planInsert,
  planUpdate,
  readUpdate,
  sumOf,
} from './statements.ts';
import type { WriteHandler } from './write-handler.ts';

function namespaces(command: Fields): readonly Namespace[] {
  return listOf(command.nsInfo).map((one) => {
    const ns = String(fieldsOf(one).ns);
    const dot = ns.indexOf('.');
    return { database: ns.slice(0, dot), collection: ns.slice(dot + 1) };
  });
}

// https://www.mongodb.com/docs/manual/reference/command/bulkWrite/
/** Looks at the bulkWrite of MongoDB 8, which writes to several collections. */
export const bulkWrite: WriteHandler = async (tools, _, command) => {
  const operations = listOf(command.ops).map(fieldsOf);
  const kinds = operations.map(firstKey);
  const target = (operation: Fields): number => numberOf(operation[firstKey(operation)]);
  const places = await Promise.all(
    namespaces(command).map(async (where, index) => {
      const own = operations.filter((one) => one.filter !== undefined && target(one) === index);
      const filters = own.map(({ filter }) => fieldsOf(filter));
      return { where, known: await withKnownIds(tools, where, filters) };
    }),
  );
  const planned = await planEach(operations, async (operation) => {
    const place = places[target(operation)];
    if (!place) throw new Error('An operation names a namespace that nsInfo lacks');
    const { where, known } = place;
    const { insert: _, update: __, delete: ___, ...one } = operation;
    switch (firstKey(operation)) {
      case 'insert':
        return await planInsert(known, where, [one.document]);
      case 'update':
        return await planUpdate(known, where, readUpdate(one, command));
      default: {
        const { filter, multi, ...options } = one;
        const statement = { filter: fieldsOf(filter), options, multi: multi === true };
        return await planDelete(known, where, statement);
      }
    }
  });
  const of = (kind: string) => planned.filter((_, index) => kinds[index] === kind);
  const upserts = planned.filter(({ upserted }) => upserted !== undefined).length;
  const matched = sumOf(of('update')) - upserts;
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
      nInserted: sumOf(of('insert')),
      nMatched: matched,
      nModified: matched,
      nUpserted: upserts,
      nDeleted: sumOf(of('delete')),
      ok: 1,
    },
    records: planned.map(({ record }) => record),
  };
};
