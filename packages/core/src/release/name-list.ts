import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * The annotations of one object may have 256 KiB in all; up to here a list stays legible, so that three
 * of them leave room.
 */
const LEGIBLE = 16 * 1024;
const COMPRESSED = 'gz:';
const INDEXED = '#';

/** The text of a list of `kind/name`, compressed where it is long. */
export function writeNames(names: readonly string[]): string {
  const text = names.join(',');
  return text.length <= LEGIBLE ? text : COMPRESSED + gzipSync(text).toString('base64');
}

/** Reads what {@link writeNames} wrote; empty where somebody has spoilt it. */
export function readNames(text: string): readonly string[] {
  let list = text;
  if (text.startsWith(COMPRESSED)) {
    try {
      list = gunzipSync(Buffer.from(text.slice(COMPRESSED.length), 'base64')).toString('utf8');
    } catch {
      return [];
    }
  }
  return list.split(',').filter((name) => name !== '');
}

/** The text of some of `all`; their places in it where the names would be long. */
export function writeSubset(names: readonly string[], all: readonly string[]): string {
  const text = names.join(',');
  const places = new Map(all.map((name, place) => [name, place]));
  if (text.length <= LEGIBLE || names.some((name) => !places.has(name))) return writeNames(names);
  return INDEXED + names.map((name) => places.get(name)).join(',');
}

/** Reads what {@link writeSubset} wrote. */
export function readSubset(text: string, all: readonly string[]): readonly string[] {
  if (!text.startsWith(INDEXED)) return readNames(text);
  return text
    .slice(INDEXED.length)
    .split(',')
    .flatMap((place) => all[Number(place)] ?? []);
}
