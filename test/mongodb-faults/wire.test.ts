import { describe, expect, test } from '@jest/globals';
import { BSON } from 'mongodb';
import { answeredOnce, answerTo, bodyOf, countOf, parseMessage, withBody } from './wire.ts';

/** An OP_MSG with a body, and a sequence of documents beside it. */
function message(body: object, name: string, documents: readonly object[]): Buffer {
  const items = documents.map((one) => Buffer.from(BSON.serialize(one)));
  const title = Buffer.from(`${name}\0`);
  const size = Buffer.alloc(4);
  size.writeInt32LE(items.reduce((sum, one) => sum + one.length, 4 + title.length));
  const kind = (number: number) => Buffer.from([number]);
  const parts = [kind(0), Buffer.from(BSON.serialize(body)), kind(1), size, title, ...items];
  const rest = Buffer.concat(parts);
  const head = Buffer.alloc(20);
  for (const [index, value] of [20 + rest.length, 7, 0, 2013, 0].entries()) {
    head.writeInt32LE(value, index * 4);
  }
  return Buffer.concat([head, rest]);
}

describe('a message', () => {
  const sent = message({ insert: 'marks', n: 0.5, whole: 1 }, 'documents', [{ a: 1 }, { b: 2 }]);

  test('gives its command, and how many documents come with it', () => {
    const parsed = parseMessage(sent);
    expect(parsed).toMatchObject({ requestId: 7, isQuery: false, isUnanswered: false });
    expect(Object.keys(parsed.body)[0]).toBe('insert');
    expect(countOf(parsed, 'documents')).toBe(2);
    expect(countOf(parsed, 'updates')).toBe(0);
  });

  test('is the same with the same body again: numbers keep their types', () => {
    const parsed = parseMessage(sent);
    expect(withBody(parsed, parsed.body)).toEqual(sent);
  });

  test('may be answered once only', () => {
    const streamed = Buffer.from(sent);
    streamed.writeInt32LE(1 << 16, 16);
    expect(answeredOnce(streamed)).toEqual(sent);
  });

  test('is answered under its own number', () => {
    const answer = answerTo(parseMessage(sent), { ok: 1 });
    expect(answer.readInt32LE(8)).toBe(7);
    expect(bodyOf(answer)).toMatchObject({ ok: { value: 1 } });
  });
});
