import { createRequire } from 'node:module';
import type { Fields } from './recorded.ts';

/**
 * What is used of the package bson. A driver refuses values of another major version's bson, so it has
 * to be the one of the driver that reaches the real server.
 */
export interface Bson {
  serialize(document: Fields): Uint8Array;
  deserialize(bytes: Uint8Array, options: Fields): Fields;
  readonly ObjectId: new () => object;
  readonly Long: { fromNumber(value: number): object };
  readonly EJSON: { stringify(value: unknown, options: Fields): string };
}

/**
 * The bson of a repository's own driver, whose main file is `driver`.
 * @throws Error when there is none beside it
 */
export function bsonOfDriver(driver: string): Bson {
  const require = createRequire(driver);
  return require('bson') as Bson;
}

/** So that what is read is written again as it was: an int32 stays one, a long and a binary too. */
export const AS_IT_IS = {
  promoteValues: false,
  bsonRegExp: true,
} as const;

/** Whether `value` has fields: neither an array nor a value such as an ObjectId or a date. */
export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('_bsontype' in value) &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    !ArrayBuffer.isView(value)
  );
}

/** `value`'s fields, none where it has none. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** `value`'s elements, none where it is no array. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The number in `value`, which may be an Int32, a Long or a Double; 0 where there is none. */
export function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isNaN(number) ? 0 : number;
}

/** The first key of a document: of a command, its name. */
export function firstKey(document: Fields): string {
  for (const key in document) return key;
  return '';
}

/** The fields of `document` that are there, of those in `keys`. */
export function pick(document: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(
    keys.filter((key) => document[key] !== undefined).map((key) => [key, document[key]]),
  );
}
