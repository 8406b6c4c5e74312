import { createHash } from 'node:crypto';
import { type Bson, isFields } from './bson.ts';

const MOST_CHARACTERS = 400;
const MOST_OF_A_STRING = 60;
const MOST_ELEMENTS = 3;
const MOST_KEYS = 12;
const MOST_LEVELS = 6;

const SECRET_KEY =
  /pass(?:word|wd|phrase)|pwd|secret|token|credential|authorization|api[-_]?key|private[-_]?key/i;

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function isBinary(value: unknown): value is { length(): number } {
  return (value as { _bsontype?: unknown } | null)?._bsontype === 'Binary';
}

function shortened(value: unknown, secret: boolean, level: number): unknown {
  if (typeof value === 'string') {
    // "$token" names a field, it is none's value.
    return secret && !value.startsWith('$') ? '***' : cut(value, MOST_OF_A_STRING);
  }
  if (isBinary(value)) return secret ? '***' : `binary, ${value.length()} bytes`;
  if (level > MOST_LEVELS && typeof value === 'object') return '…';
  if (Array.isArray(value)) {
    const rest = value.length - MOST_ELEMENTS;
    const kept = value.slice(0, MOST_ELEMENTS).map((one) => shortened(one, secret, level + 1));
    return rest > 0 ? [...kept, `… ${rest} more`] : kept;
  }
  if (!isFields(value)) return value;
  const keys = Object.keys(value);
  const rest = keys.length - MOST_KEYS;
  const kept = keys
    .slice(0, MOST_KEYS)
    .map((key) => [
      cut(key, MOST_OF_A_STRING),
      shortened(value[key], secret || SECRET_KEY.test(key), level + 1),
    ]);
  return Object.fromEntries(rest > 0 ? [...kept, ['…', `${rest} more`]] : kept);
}

/**
 * `value` as EJSON on one line: long strings, arrays and documents are cut, and what stands under a
 * name such as `password` or `token` is masked.
 */
export function ejsonText(bson: Bson, value: unknown): string {
  return bson.EJSON.stringify(shortened(value, false, 0), { relaxed: true });
}

/** A command's text from its parts, in at most 400 characters. */
export function joinText(...parts: readonly (string | undefined)[]): string {
  return cut(parts.filter((part) => part !== undefined && part !== '').join(' '), MOST_CHARACTERS);
}

function outline(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(outline))].join()}]`;
  if (!isFields(value)) return '?';
  return `{${Object.keys(value)
    .map((key) => `${JSON.stringify(key)}:${outline(value[key])}`)
    .join()}}`;
}

/**
 * A digest of `names` and of the structure of `values`: the same for commands that differ in their
 * values only.
 */
export function shapeOf(names: readonly unknown[], ...values: readonly unknown[]): string {
  const text = JSON.stringify(names) + outline(values);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
