import { describe, expect, test } from '@jest/globals';
import { Double, deserialize, EJSON, Int32, Long, ObjectId, serialize } from 'bson';
import { fieldsOf } from './bson.ts';
import { withKnownIds } from './known-ids.ts';
import { readOnly } from './real-database.ts';
import type { Fields } from './recorded.ts';

const bson = { deserialize, EJSON, Long, ObjectId, serialize };
const where = { database: 'shop', collection: 'users' };

/** A double of a collection, because the questions to a server are to be counted. */
function collectionDouble(ids: readonly unknown[], error?: Error) {
  const sent: Fields[] = [];
  const client = {
    db: () => ({
      command: async (command: Fields): Promise<Fields> => {
        sent.push(command);
        if (command.aggregate) return { cursor: { firstBatch: [{ n: 7 }] } };
        if (error) throw error;
        return { cursor: { firstBatch: ids.map((_id) => ({ _id })) } };
      },
    }),
    startSession: () => ({ endSession: async () => {} }),
  };
  return { sent, tools: { bson, today: () => new Date(0), real: readOnly(client, false, 1_000) } };
}

async function counts(tools: Parameters<typeof withKnownIds>[0], filters: readonly Fields[]) {
  const { real } = await withKnownIds(tools, where, filters);
  return await Promise.all(
    filters.map(async (filter) => (await real.count({ ...where, filter }, 'a')).documents),
  );
}

describe('the _ids of a bulk write', () => {
  test('are asked for together, and found whatever type a number has', async () => {
    const id = new ObjectId();
    const { sent, tools } = collectionDouble([new Double(1), id, 'x', new Date(5)]);
    const ids = [new Int32(1), Long.fromNumber(2), id, new ObjectId(), 'x', new Date(5)];
    expect(
      await counts(
        tools,
        ids.map((_id) => ({ _id })),
      ),
    ).toEqual([1, 0, 1, 0, 1, 1]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ find: 'users', batchSize: 6, projection: { _id: 1 } });
  });

  test('are asked for a thousand at once', async () => {
    const { sent, tools } = collectionDouble([]);
    await withKnownIds(
      tools,
      where,
      Array.from({ length: 2_500 }, (_, index) => ({ _id: `${index}` })),
    );
    expect(
      sent.map(({ filter }) => (fieldsOf(fieldsOf(filter)._id).$in as unknown[]).length),
    ).toEqual([1_000, 1_000, 500]);
  });

  test('leave a filter that asks for more to be counted', async () => {
    const { tools } = collectionDouble(['x']);
    const filters = [{ _id: 'x' }, { _id: 'y' }, { _id: 'x', a: 1 }, { _id: { $gt: 'a' } }, {}];
    expect(await counts(tools, filters)).toEqual([1, 0, 7, 7, 7]);
  });

  test('are counted one by one where they cannot be asked for together', async () => {
    const { tools } = collectionDouble([], new Error('too large'));
    expect(await counts(tools, [{ _id: 'x' }, { _id: 'y' }])).toEqual([7, 7]);
  });

  test('tell nothing of a collation, by which others would be equal', async () => {
    const { tools } = collectionDouble(['x']);
    const { real } = await withKnownIds(tools, where, [{ _id: 'x' }, { _id: 'y' }]);
    const options = { collation: { locale: 'en' } };
    expect(await real.count({ ...where, filter: { _id: 'X' }, options }, 'a')).toEqual({
      documents: 7,
    });
    expect(await real.count({ ...where, filter: { _id: 'x' }, options }, 'a')).toEqual({
      documents: 7,
    });
  });
});
