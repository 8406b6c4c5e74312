import { AS_IT_IS, type Bson } from './bson.ts';
import type { Fields } from './recorded.ts';

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const CHECKSUM = 4;
/** The server's limit for a message: 48,000,000 bytes, and room for the header. */
const MOST_BYTES = 48_000_000 + 16_384;

/** One command as a driver sends it. */
export interface WireRequest {
  readonly id: number;
  readonly database: string;
  readonly command: Fields;
  /** An OP_QUERY, which older drivers greet with: it is answered by an OP_REPLY. */
  readonly legacy: boolean;
  /** `false` for an unacknowledged write, which gets no answer. */
  readonly answered: boolean;
}

/**
 * Puts messages together again from the pieces of a stream: gives those that `chunk` completes.
 * @throws Error for a length that no message has
 */
export function messageSplitter(): (chunk: Buffer) => readonly Buffer[] {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const join = (): Buffer => {
    const whole = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    chunks = [whole];
    return whole;
  };
  let wanted = 4;
  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    const messages: Buffer[] = [];
    while (bytes >= wanted) {
      const whole = join();
      const length = whole.readInt32LE(0);
      if (length < HEADER || length > MOST_BYTES) {
        throw new Error(`A message of ${length} bytes is none of MongoDB's wire protocol`);
      }
      if (bytes < length) {
        wanted = length;
        break;
      }
      messages.push(whole.subarray(0, length));
      chunks = [whole.subarray(length)];
      bytes -= length;
      wanted = 4;
    }
    return messages;
  };
}

function readMessage(bson: Bson, message: Buffer): Pick<WireRequest, 'command' | 'answered'> {
  const flags = message.readUInt32LE(HEADER);
  const end = message.length - (flags & CHECKSUM_PRESENT ? CHECKSUM : 0);
  let offset = HEADER + 4;
  let body: Fields = {};
  const sequences: Record<string, unknown> = {};
  const document = (): Fields => {
    const size = message.readInt32LE(offset);
    const fields = bson.deserialize(message.subarray(offset, offset + size), AS_IT_IS);
    offset += size;
    return fields;
  };
  while (offset < end) {
    const kind = message.readUInt8(offset);
    offset += 1;
    if (kind === 0) {
      body = document();
    } else if (kind === 1) {
      const last = offset + message.readInt32LE(offset);
      const zero = message.indexOf(0, offset + 4);
      const name = message.toString('utf8', offset + 4, zero);
      offset = zero + 1;
      const documents: Fields[] = [];
      while (offset < last) documents.push(document());
      sequences[name] = documents;
    } else {
      throw new Error(`A section of kind ${kind} is none of OP_MSG`);
    }
  }
  return { command: { ...body, ...sequences }, answered: (flags & MORE_TO_COME) === 0 };
}

function readQuery(bson: Bson, message: Buffer): Pick<WireRequest, 'command' | 'database'> {
  const zero = message.indexOf(0, HEADER + 4);
  const namespace = message.toString('utf8', HEADER + 4, zero);
  const start = zero + 1 + 8;
  const size = message.readInt32LE(start);
  const command = bson.deserialize(message.subarray(start, start + size), AS_IT_IS);
  return { command, database: namespace.split('.')[0] ?? '' };
}

/**
 * Reads a message from a driver.
 * @throws Error for one that is neither OP_MSG nor OP_QUERY; a driver that was offered no compression
 * sends no other
 */
export function readRequest(bson: Bson, message: Buffer): WireRequest {
  const id = message.readInt32LE(4);
  const code = message.readInt32LE(12);
  if (code === OP_QUERY) {
    return { id, ...readQuery(bson, message), legacy: true, answered: true };
  }
  if (code !== OP_MSG) throw new Error(`Messages with the code ${code} are not understood`);
  const { command, answered } = readMessage(bson, message);
  return { id, command, answered, database: String(command.$db ?? ''), legacy: false };
}

/** The message that answers `request` with `document`. */
export function writeReply(bson: Bson, request: WireRequest, document: Fields): Buffer {
  const body = bson.serialize(document);
  // OP_REPLY: flags, cursor, start, one document. OP_MSG: no flags, a section of kind 0.
  const head = Buffer.alloc(HEADER + (request.legacy ? 20 : 5));
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.id, 4);
  head.writeInt32LE(request.id, 8);
  head.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
  if (request.legacy) head.writeInt32LE(1, HEADER + 16);
  return Buffer.concat([head, body]);
}
