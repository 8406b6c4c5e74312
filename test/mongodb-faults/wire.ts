import type { Socket } from 'node:net';
import { BSON } from 'mongodb';

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const HEADER = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const EXHAUST_ALLOWED = 1 << 16;

/** Numbers keep their types, so that what is sent on is what came. */
const AS_IT_IS = { promoteValues: false } as const;

/** One message of a client. */
export interface Message {
  readonly bytes: Buffer;
  readonly requestId: number;
  /** The first handshake of a driver is an OP_QUERY; everything else is an OP_MSG. */
  readonly isQuery: boolean;
  /** Nobody waits for an answer. */
  readonly isUnanswered: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Documents beside the body (of insert, update, delete), as they came. */
  readonly sequences: Buffer;
}

/** The messages of a connection, one after the other. */
export async function* messagesOf(socket: Socket): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    while (rest.length >= HEADER && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
}

/**
 * A message without the leave to answer it more than once, which MongoDB takes for `hello`: the client
 * asks again then.
 */
export function answeredOnce(bytes: Buffer): Buffer {
  if (bytes.readInt32LE(12) !== OP_MSG) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeInt32LE(bytes.readInt32LE(HEADER) & ~EXHAUST_ALLOWED, HEADER);
  return copy;
}

function document(bytes: Buffer, offset: number): [Readonly<Record<string, unknown>>, number] {
  const end = offset + bytes.readInt32LE(offset);
  return [BSON.deserialize(bytes.subarray(offset, end), AS_IT_IS), end];
}

/** Reads a message of a client. */
export function parseMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4);
  const code = bytes.readInt32LE(12);
  const flags = bytes.readInt32LE(HEADER);
  if (code === OP_QUERY) {
    const name = bytes.indexOf(0, HEADER + 4);
    const [body] = document(bytes, name + 1 + 8);
    const none = Buffer.alloc(0);
    return { bytes, requestId, isQuery: true, isUnanswered: false, body, sequences: none };
  }
  if (code !== OP_MSG) throw new Error(`the proxy does not know the opcode ${code}`);
  const last = (flags & CHECKSUM_PRESENT) === 0 ? bytes.length : bytes.length - 4;
  let body: Readonly<Record<string, unknown>> = {};
  const sequences: Buffer[] = [];
  for (let at = HEADER + 4; at < last; ) {
    if (bytes[at] === 0) [body, at] = document(bytes, at + 1);
    else {
      const end = at + 1 + bytes.readInt32LE(at + 1);
      sequences.push(bytes.subarray(at, end));
      at = end;
    }
  }
  const isUnanswered = (flags & MORE_TO_COME) !== 0;
  const rest = Buffer.concat(sequences);
  return { bytes, requestId, isQuery: false, isUnanswered, body, sequences: rest };
}

/** How many documents the sequence `name` of a message has, or the array of that name in its body. */
export function countOf({ body, sequences }: Message, name: string): number {
  const inline = body[name];
  let count = Array.isArray(inline) ? inline.length : 0;
  for (let at = 0; at < sequences.length; ) {
    const end = at + 1 + sequences.readInt32LE(at + 1);
    const title = sequences.indexOf(0, at + 5);
    if (sequences.toString('utf8', at + 5, title) === name) {
      for (let next = title + 1; next < end; next += sequences.readInt32LE(next)) count += 1;
    }
    at = end;
  }
  return count;
}

function framed(requestId: number, responseTo: number, code: number, parts: Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER);
  const length = parts.reduce((sum, part) => sum + part.length, HEADER);
  for (const [index, value] of [length, requestId, responseTo, code].entries()) {
    header.writeInt32LE(value, index * 4);
  }
  return Buffer.concat([header, ...parts]);
}

/** A message with another body. */
export function withBody(message: Message, body: object): Buffer {
  const parts = [Buffer.alloc(5), Buffer.from(BSON.serialize(body)), message.sequences];
  return framed(message.requestId, 0, OP_MSG, parts);
}

/** The answer `body` to a message. */
export function answerTo({ requestId, isQuery }: Message, body: object): Buffer {
  const bytes = Buffer.from(BSON.serialize(body));
  if (!isQuery) return framed(0, requestId, OP_MSG, [Buffer.alloc(5), bytes]);
  const fields = Buffer.alloc(20);
  fields.writeInt32LE(1, 16);
  return framed(0, requestId, OP_REPLY, [fields, bytes]);
}

/** The body of a server's answer. */
export function bodyOf(answer: Buffer): Readonly<Record<string, unknown>> {
  return document(answer, HEADER + (answer.readInt32LE(12) === OP_REPLY ? 20 : 5))[0];
}

/** A server's answer, to another message that asked the same. */
export function readdressed(answer: Buffer, { requestId }: Message): Buffer {
  const copy = Buffer.from(answer);
  copy.writeInt32LE(requestId, 8);
  return copy;
}
