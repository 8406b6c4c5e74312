import { describe, expect, test } from '@jest/globals';
import { Double, deserialize, EJSON, Int32, Long, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import type { Fields } from './recorded.ts';
import { messageSplitter, readRequest, writeReply } from './wire.ts';

const bson = { deserialize, EJSON, Long, ObjectId, serialize };

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function withHeader(id: number, code: number, body: Buffer): Buffer {
  return Buffer.concat([int32(16 + body.length), int32(id), int32(0), int32(code), body]);
}

interface Sent {
  readonly id: number;
  readonly command: Fields;
  readonly documents: readonly Fields[] | undefined;
  readonly checksum: boolean;
  readonly unacknowledged: boolean;
}

/** A message as a driver may write it: documents in a sequence of their own, and a checksum. */
function message({ id, command, documents, checksum, unacknowledged }: Sent): Buffer {
  const parts = [int32((checksum ? 1 : 0) | (unacknowledged ? 2 : 0))];
  if (documents) {
    const inner = [Buffer.from('documents\0'), ...documents.map((one) => serialize(one))];
    const size = inner.reduce((sum, { length }) => sum + length, 4);
    parts.push(Buffer.from([1]), int32(size), ...inner.map((bytes) => Buffer.from(bytes)));
  }
  parts.push(Buffer.from([0]), Buffer.from(serialize(command)));
  if (checksum) parts.push(Buffer.from('abcd'));
  return withHeader(id, 2013, Buffer.concat(parts));
}

const anyDocument = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.date({ noInvalidDate: true })),
);
const anySent: fc.Arbitrary<Sent> = fc.record({
  id: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  command: anyDocument.map((fields) => ({ ...fields, $db: 'shop' })),
  documents: fc.option(fc.array(anyDocument, { maxLength: 5 }), { nil: undefined }),
  checksum: fc.boolean(),
  unacknowledged: fc.boolean(),
});

function inPieces(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

describe("MongoDB's wire protocol", () => {
  test('is read the same, whatever pieces it comes in', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(anySent, { maxLength: 5 }), sizes, (sent, pieces) => {
        const split = messageSplitter();
        const read = inPieces(Buffer.concat(sent.map(message)), pieces)
          .flatMap((piece) => split(piece))
          .map((one) => readRequest(bson, one));
        expect(read).toEqual(
          sent.map(({ id, command, documents, unacknowledged }) => ({
            id,
            command: documents ? { ...command, documents } : command,
            database: 'shop',
            answered: !unacknowledged,
            legacy: false,
          })),
        );
      }),
    );
  });

  test('has the greeting of older drivers, which is answered in its own form', () => {
    const query = [int32(4), Buffer.from('admin.$cmd\0'), int32(0), int32(-1)];
    const body = Buffer.concat([...query, Buffer.from(serialize({ isMaster: true }))]);
    const request = readRequest(bson, withHeader(7, 2004, body));
    expect(request).toMatchObject({ id: 7, database: 'admin', legacy: true, answered: true });
    expect(request.command).toEqual({ isMaster: true });
    const reply = writeReply(bson, request, { ok: 1 });
    expect([reply.readInt32LE(0), reply.readInt32LE(8), reply.readInt32LE(12)]).toEqual([
      reply.length,
      7,
      1,
    ]);
    expect(reply.readInt32LE(32)).toBe(1);
    expect(deserialize(reply.subarray(36))).toEqual({ ok: 1 });
  });

  test('carries numbers as they were: an int32, a double and a long stay what they are', () => {
    const command = {
      find: 'a',
      filter: { a: Long.fromNumber(1), b: new Double(1), c: new Int32(1) },
      $db: 'shop',
    };
    const bytes = message({
      id: 1,
      command,
      documents: undefined,
      checksum: false,
      unacknowledged: false,
    });
    const request = readRequest(bson, bytes);
    expect(Buffer.from(serialize(request.command))).toEqual(Buffer.from(serialize(command)));
    const reply = writeReply(bson, request, request.command);
    expect(reply.subarray(21)).toEqual(Buffer.from(serialize(command)));
  });

  test.each([
    ['a length that no message has', () => messageSplitter()(int32(3))],
    ['a message that is too long', () => messageSplitter()(int32(50_000_000))],
    ['compression, which was not offered', () => readRequest(bson, withHeader(1, 2012, int32(0)))],
    [
      'a section of an unknown kind',
      () => readRequest(bson, withHeader(1, 2013, Buffer.from([0, 0, 0, 0, 9]))),
    ],
  ])('refuses %s', (_, read) => {
    expect(read).toThrow(/none of|not understood/);
  });
});
