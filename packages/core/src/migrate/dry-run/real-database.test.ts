import { describe, expect, test } from '@jest/globals';
import { Int32 } from 'bson';
import { errorAnswer, readOnly } from './real-database.ts';
import type { Fields } from './recorded.ts';

/** A double of a client, because a server that is slow on demand cannot be had. */
function clientDouble(answer: (command: Fields) => Fields) {
  const sent: Fields[] = [];
  const sessions: Fields[] = [];
  return {
    sent,
    sessions,
    db: () => ({
      command: async (command: Fields, options: Fields) => {
        sent.push({ ...command, session: options.session });
        return answer(command);
      },
    }),
    startSession: (options: Fields) => {
      sessions.push(options);
      return { endSession: async () => void sessions.pop() };
    },
  };
}

const serverError = (code: number, message: string) =>
  Object.assign(new Error(message), { code: new Int32(code) });
const users = { database: 'shop', collection: 'users', filter: { a: 1 } };
const counted = (n: number) => ({ cursor: { firstBatch: [{ n }] } });

describe('counting on the real server', () => {
  test('is bounded in time, and given up for commands like one that took too long', async () => {
    const client = clientDouble(() => {
      throw serverError(50, 'operation exceeded time limit');
    });
    const real = readOnly(client, false, 10_000);
    expect(await real.count(users, 'a')).toEqual({ why: 'not counted (over 10 s)' });
    expect(client.sent).toEqual([expect.objectContaining({ maxTimeMS: 10_000 })]);
    expect(await real.count(users, 'a')).toEqual({
      why: 'not counted (one like it took over 10 s)',
    });
    expect(client.sent).toHaveLength(1);
    await real.count(users, 'b');
    expect(client.sent).toHaveLength(2);
  });

  test('that is refused says why', async () => {
    const client = clientDouble(() => {
      throw serverError(13, 'not authorized on shop');
    });
    const count = await readOnly(client, false, 1_000).count(users, 'a');
    expect(count).toEqual({ why: 'not counted: not authorized on shop' });
  });

  test('finds none where the collection is not there', async () => {
    const client = clientDouble(() => ({ cursor: { firstBatch: [] } }));
    expect(await readOnly(client, false, 1_000).count(users, 'a')).toEqual({ documents: 0 });
  });

  test("takes the write's collation, and the command count for what $match does not know", async () => {
    const client = clientDouble(({ count }) => (count === undefined ? counted(4) : { n: 5 }));
    const real = readOnly(client, false, 1_000);
    const options = { collation: { locale: 'en' }, upsert: true };
    expect(await real.count({ ...users, options }, 'a')).toEqual({ documents: 4 });
    expect(client.sent[0]).toMatchObject({ aggregate: 'users', collation: { locale: 'en' } });
    expect(client.sent[0]).not.toHaveProperty('upsert');
    const filter = { $and: [{ $where: 'true' }] };
    expect(await real.count({ ...users, filter }, 'a')).toEqual({ documents: 5 });
  });
});

describe('reading from the real server', () => {
  test('goes on in one session, where the server has sessions', async () => {
    const client = clientDouble(() => ({}));
    const real = readOnly(client, true, 1_000);
    await real.read('shop', { find: 'users' });
    await real.read('shop', { getMore: 1 });
    expect(client.sent[0]?.session).toBeDefined();
    expect(client.sent[1]?.session).toBe(client.sent[0]?.session);
    expect(client.sessions).toEqual([{ causalConsistency: false }]);
    await real.close();
    expect(client.sessions).toEqual([]);
  });

  test("gives a server's error on as it is, and says what a cursor lost among routers needs", () => {
    const error = Object.assign(serverError(43, 'cursor id 1 not found'), {
      codeName: 'CursorNotFound',
    });
    expect(errorAnswer(error, false)).toEqual({
      ok: 0,
      code: 43,
      codeName: 'CursorNotFound',
      errmsg: 'cursor id 1 not found',
    });
    expect(errorAnswer(error, true).errmsg).toContain('name only one in the uri');
    expect(errorAnswer(new Error('socket closed'), false)).toMatchObject({ code: 1 });
  });
});
