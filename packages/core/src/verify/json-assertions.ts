import { type JsonValue, query } from 'jsonpath-rfc9535';
import { errorMessage, UserError } from '../errors.ts';
import { quoted } from './text.ts';

/** A value that a JSON document must hold. */
export interface JsonAssertion {
  /** As the user wrote it. */
  readonly path: string;
  /** The JSONPath that it means. */
  readonly query: string;
  readonly expected: string | number | boolean | null;
}

const SEGMENT = /^([^.[\]'"\s]+)((?:\[[^\]]*\])*)$/;

/**
 * The JSONPath (RFC 9535) that `path` means. One that does not begin with `$` is the names on the
 * way from the root, which then may hold characters such as `-` that JSONPath would want in quotes.
 */
export function toJsonPath(path: string): string {
  if (path.startsWith('$')) return path;
  if (path.startsWith('[')) return `$${path}`;
  const segments = path.split('.').map((segment) => SEGMENT.exec(segment));
  if (segments.some((segment) => segment === null)) return `$.${path}`;
  return segments.reduce(
    (all, segment) =>
      `${all}${segment?.[1] === '*' ? '.*' : `[${JSON.stringify(segment?.[1])}]`}${segment?.[2]}`,
    '$',
  );
}

/**
 * The JSONPath that `path` means.
 * @throws UserError, in which `what` is the subject, where it is none
 */
export function checkedJsonPath(path: string, what: string): string {
  const jsonPath = toJsonPath(path);
  try {
    query(null, jsonPath);
  } catch (error) {
    throw new UserError(
      `${what}: "${path}" in json is not a JSONPath: ${errorMessage(error)} ` +
        'Write names such as status or data.items[0].name, or a JSONPath that begins with $.',
      { cause: error },
    );
  }
  return jsonPath;
}

/** What `jsonPath` finds in `document`. */
export function valuesAt(document: unknown, jsonPath: string): readonly unknown[] {
  return query(document as JsonValue, jsonPath);
}

/**
 * The assertions of a check's `json`.
 * @throws UserError, in which `what` is the subject, for a path that is no JSONPath
 */
export function jsonAssertions(
  json: Readonly<Record<string, JsonAssertion['expected']>>,
  what: string,
): readonly JsonAssertion[] {
  return Object.entries(json).map(([path, expected]) => ({
    path,
    query: checkedJsonPath(path, what),
    expected,
  }));
}

function typeHint(expected: unknown, actual: unknown): string {
  if (typeof expected === typeof actual || String(expected) !== String(actual)) return '';
  return typeof actual === 'string'
    ? ' (a text: put quotes around the expected value)'
    : ` (a ${typeof actual}: no quotes around the expected value)`;
}

/**
 * What is wrong with `document`, a sentence for each assertion that does not hold. A path with
 * wildcards must find something, and everything that it finds must be equal.
 */
export function failedAssertions(
  document: unknown,
  assertions: readonly JsonAssertion[],
): readonly string[] {
  return assertions.flatMap(({ path, query: jsonPath, expected }) => {
    const found = valuesAt(document, jsonPath);
    const wanted = `${path}: expected ${quoted(expected)}`;
    if (found.length === 0) return [`${wanted}, but there is no such value`];
    const wrong = found.filter((value) => value !== expected);
    if (wrong.length === 0) return [];
    const [actual] = wrong;
    const share = found.length > 1 ? ` (${wrong.length} of ${found.length} values differ)` : '';
    return [`${wanted}, got ${quoted(actual)}${typeHint(expected, actual)}${share}`];
  });
}
