import { describe, expect, test } from '@jest/globals';
import { Binary, deserialize, EJSON, Int32, Long, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';

const bson = { deserialize, EJSON, Long, ObjectId, serialize };
const text = (value: unknown) => ejsonText(bson, value);

describe('the text of a command', () => {
  test('is EJSON on one line, with numbers as they are written', () => {
    expect(text({ a: new Int32(1), b: [new ObjectId('65a000000000000000000000'), 'x\ny'] })).toBe(
      '{"a":1,"b":[{"$oid":"65a000000000000000000000"},"x\\ny"]}',
    );
  });

  test('cuts long strings, arrays, documents and bytes, and says so', () => {
    expect(text({ ids: [1, 2, 3, 4, 5] })).toBe('{"ids":[1,2,3,"… 2 more"]}');
    expect(text('x'.repeat(100))).toBe(`"${'x'.repeat(59)}…"`);
    expect(text({ file: new Binary(Buffer.alloc(5_000)) })).toBe('{"file":"binary, 5000 bytes"}');
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]));
    expect(text(many)).toContain('"k11":11,"…":"8 more"}');
    expect(joinText('a'.repeat(300), undefined, 'b'.repeat(300))).toHaveLength(400);
  });

  test('shows no string under a name of a secret, at any depth', () => {
    const names = fc.constantFrom('password', 'user.pwd', 'apiKey', 'clientSecret', 'accessToken');
    const below = fc.constantFrom<(value: string) => unknown>(
      (value) => value,
      (value) => ({ $eq: value }),
      (value) => ({ $in: [value] }),
      (value) => new Binary(Buffer.from(value)),
    );
    fc.assert(
      fc.property(names, below, fc.stringMatching(/^[a-z]{4,20}!$/), (name, wrap, value) => {
        expect(text({ $set: { [name]: wrap(value) } })).not.toContain(value);
      }),
    );
  });

  test('leaves what is no secret: whether the field exists, and the name of another field', () => {
    expect(text({ token: { $exists: false }, password: '$old' })).toBe(
      '{"token":{"$exists":false},"password":"$old"}',
    );
  });
});

describe('the shape of a command', () => {
  test('is the same for other values, and another for other names or places', () => {
    const shape = (collection: string, filter: unknown) =>
      shapeOf(['updateOne', collection], filter);
    expect(shape('a', { _id: 1, n: [1, 2] })).toBe(shape('a', { _id: 2, n: [3] }));
    expect(shape('a', { _id: 1 })).not.toBe(shape('b', { _id: 1 }));
    expect(shape('a', { _id: 1 })).not.toBe(shape('a', { id: 1 }));
    expect(shape('a', { _id: 1 })).not.toBe(shape('a', { _id: { $gt: 1 } }));
  });
});
