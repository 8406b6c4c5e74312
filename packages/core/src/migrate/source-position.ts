import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourcePosition } from '../errors.ts';

const FRAME = /^\s+at (?:.*\()?((?:file:\/\/)?[^()]+):(\d+):(\d+)\)?$/;
/** What Node puts before the stack of a syntax error: `file:line`, the line, and a caret below it. */
const SYNTAX = /^((?:file:\/\/)?\S.*):(\d+)\n.*\n( *)\^/;

function toPath(place: string): string {
  return place.startsWith('file://') ? fileURLToPath(place) : place;
}

/** `file` below the working directory, as annotations want it; other files as they are. */
export function shownPath(file: string): string {
  const below = relative(process.cwd(), file);
  return below.startsWith('..') || isAbsolute(below) ? file : below;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}

/** A file of the user's: below the working directory, neither a package nor the action itself. */
function isOwnFile(file: string): boolean {
  return (
    isAbsolute(file) &&
    !isAbsolute(shownPath(file)) &&
    !file.includes('node_modules') &&
    file !== resolve(process.argv[1] ?? '')
  );
}

function frames(error: unknown): readonly SourcePosition[] {
  return stackOf(error)
    .split('\n')
    .map((line) => FRAME.exec(line))
    .filter((match) => match !== null)
    .map(([, file = '', line, column]) => ({
      file: toPath(file),
      line: Number(line),
      column: Number(column),
    }));
}

/**
 * Where in `file` (an absolute path), or else in another file of the user's below the working
 * directory, `error` or one of its causes was thrown.
 */
export function thrownAt(error: unknown, file: string): SourcePosition | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const places = frames(error);
  const place =
    places.find((one) => one.file === file) ?? places.find((one) => isOwnFile(one.file));
  if (place) return { ...place, file: shownPath(place.file) };
  return cause === undefined ? undefined : thrownAt(cause, file);
}

/** The place that Node names at the head of `text`: a syntax error's stack, or what it prints of it. */
export function syntaxErrorAt(text: string): SourcePosition | undefined {
  const match = SYNTAX.exec(text);
  if (!match) return undefined;
  const [, file = '', line, indent = ''] = match;
  return { file: shownPath(toPath(file)), line: Number(line), column: indent.length + 1 };
}

/**
 * Where a module that Node did not find is imported. Node says which file imports it, but not on
 * which line; that is looked up in the source.
 */
export async function unresolvedImportAt(error: Error): Promise<SourcePosition | undefined> {
  const [, missing = '', importer] =
    /^Cannot find (?:package|module) '([^']+)'(?: imported from (.+))?/.exec(error.message) ?? [];
  const { requireStack } = error as { requireStack?: readonly string[] };
  const place = importer ?? requireStack?.[0];
  if (missing === '' || place === undefined) return undefined;
  const file = toPath(place.trim());
  const wanted = isAbsolute(missing) ? basename(missing) : missing;
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const index = lines.findIndex((line) =>
    [...line.matchAll(/(['"`])(.*?)\1/g)].some(
      ([, , specifier = '']) =>
        specifier === wanted ||
        specifier.startsWith(`${wanted}/`) ||
        specifier.endsWith(`/${wanted}`),
    ),
  );
  return { file: shownPath(file), ...(index < 0 ? {} : { line: index + 1 }) };
}
