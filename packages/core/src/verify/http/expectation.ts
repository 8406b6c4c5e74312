import type { CheckConfigs } from '../../config/check-schema.ts';
import type { Observation } from '../check.ts';
import { failedAssertions, type JsonAssertion, jsonAssertions } from '../json-assertions.ts';
import { regularExpression } from '../regular-expression.ts';
import { excerptOf, oneLine, quoted } from '../text.ts';

/** An answer of an application, wherever it came from. */
export interface AppAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Whether the body is longer than what is there of it. */
  readonly cut: boolean;
}

/** A value that a header of the answer must have. */
interface HeaderAssertion {
  readonly name: string;
  readonly expected: string | RegExp;
}

/** What a good answer is. */
export interface Expectation {
  /** Accepted status codes; `undefined`: 200 to 299. */
  readonly statuses: readonly number[] | undefined;
  readonly headers: readonly HeaderAssertion[];
  readonly assertions: readonly JsonAssertion[];
  /** Texts that must be in the body. */
  readonly texts: readonly string[];
  readonly patterns: readonly RegExp[];
}

type Written = Pick<
  CheckConfigs['http'],
  'status' | 'json' | 'contains' | 'matches' | 'response-headers'
>;

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : ([value].flat() as readonly T[]);
}

/**
 * What a check expects.
 * @throws UserError, in which `what` is the subject, for a JSONPath or regular expression that is none
 */
export function expectationOf(config: Written, what: string): Expectation {
  const headers = Object.entries(config['response-headers']).map(([name, text]) => {
    const source = /^\/(.+)\/$/s.exec(text)?.[1];
    const place = `${what}: "${text}" in response-headers`;
    return { name, expected: source === undefined ? text : regularExpression(source, place) };
  });
  return {
    statuses: config.status === undefined ? undefined : listOf(config.status),
    headers,
    assertions: jsonAssertions(config.json, what),
    texts: listOf(config.contains),
    patterns: listOf(config.matches).map((source) =>
      regularExpression(source, `${what}: "${source}" in matches`),
    ),
  };
}

/** `HTTP 200 or 204`. */
export function describeStatuses({ statuses }: Pick<Expectation, 'statuses'>): string {
  return `HTTP ${statuses?.join(' or ') ?? '200 to 299'}`;
}

function shown(pattern: RegExp): string {
  return `/${oneLine(pattern.source)}/`;
}

function shownValue(expected: string | RegExp): string {
  return typeof expected === 'string' ? quoted(expected) : shown(expected);
}

/** What a good answer is, in a few words. */
export function describeExpectation(expectation: Expectation): string {
  const { headers, assertions, texts, patterns } = expectation;
  return [
    describeStatuses(expectation),
    ...headers.map(({ name, expected }) => `header ${name} = ${shownValue(expected)}`),
    ...assertions.map(({ path, expected }) => `${path} = ${quoted(expected)}`),
    ...texts.map((text) => `body with ${quoted(text)}`),
    ...patterns.map((pattern) => `body with ${shown(pattern)}`),
  ].join(', ');
}

/** The header of an answer; of several of that name all, as they came. */
export function headersOf(
  { headers }: Pick<AppAnswer, 'headers'>,
  name: string,
): readonly string[] {
  return listOf(headers[name.toLowerCase()]);
}

/** What is a failure of the application, and may still become good. */
export function bad(value: string, message: string, hint: string, body = ''): Observation {
  const excerpt = excerptOf(body);
  return { outcome: 'failed', retry: true, value, message, hint, ...(excerpt ? { excerpt } : {}) };
}

function badStatus(answer: AppAnswer, expectation: Expectation): Observation {
  const value = `HTTP ${answer.status}`;
  const expected = describeStatuses(expectation);
  const [location] = headersOf(answer, 'location');
  if (answer.status >= 300 && answer.status <= 399 && location !== undefined) {
    return bad(
      value,
      `expected ${expected}, got ${answer.status}, a redirect to ${oneLine(location)}`,
      'Redirects are not followed, or no further: give the address where it leads, set "follow-redirects", or accept the redirect with "status".',
    );
  }
  const hint = 'Look at the log of the application, and whether the address is the right one.';
  return bad(value, `expected ${expected}, got ${answer.status}`, hint, answer.body);
}

function failedHeaders(answer: AppAnswer, headers: Expectation['headers']): readonly string[] {
  return headers.flatMap(({ name, expected }) => {
    const values = headersOf(answer, name);
    const good = values.some((value) =>
      typeof expected === 'string' ? value.trim() === expected.trim() : expected.test(value),
    );
    if (good) return [];
    const wanted = `header ${name}: expected ${shownValue(expected)}`;
    if (values.length === 0) return [`${wanted}, but there is no such header`];
    return [`${wanted}, got ${values.map(quoted).join(', ')}`];
  });
}

function failedTexts({ body, cut }: AppAnswer, expectation: Expectation): readonly string[] {
  const where = cut ? 'the first 1 MiB of the body' : 'the body';
  const absent = expectation.texts.filter((text) => !body.includes(text));
  const unmatched = expectation.patterns.filter((pattern) => !pattern.test(body));
  return [
    ...absent.map((text) => `expected ${quoted(text)} in ${where}, but it is not there`),
    ...unmatched.map((pattern) => `expected ${where} to match ${shown(pattern)}, but it does not`),
  ];
}

/** The body as JSON, or why it is none. */
export function documentOf(answer: AppAnswer): { readonly document: unknown } | Observation {
  try {
    if (!answer.cut) return { document: JSON.parse(answer.body) };
  } catch {
    // What is said is the same as of a body that is too long.
  }
  const type = oneLine(headersOf(answer, 'content-type')[0] ?? 'no content-type');
  const why = answer.cut ? 'it is longer than 1 MiB' : `content-type: ${type}`;
  return bad(
    `HTTP ${answer.status}, not JSON`,
    `expected a JSON body, but it cannot be read as JSON (${why})`,
    'Is this the address of the endpoint itself, and not of a page in front of it?',
    answer.body,
  );
}

/** What an answer means; pure. */
export function judgeAnswer(answer: AppAnswer, expectation: Expectation): Observation {
  const { statuses, headers, assertions, texts, patterns } = expectation;
  const { status } = answer;
  const accepted = statuses ? statuses.includes(status) : status >= 200 && status <= 299;
  if (!accepted) return badStatus(answer, expectation);
  const value = `HTTP ${status}`;
  const wrong = [...failedHeaders(answer, headers)];
  if (assertions.length > 0) {
    const read = documentOf(answer);
    if (!('document' in read)) return read;
    wrong.push(...failedAssertions(read.document, assertions));
  }
  wrong.push(...failedTexts(answer, expectation));
  const count = headers.length + assertions.length + texts.length + patterns.length;
  if (wrong.length > 0) {
    return bad(
      `${value}, ${wrong.length} of ${count} values wrong`,
      wrong.join('; '),
      'If an old version still answers, is the rollout complete, and does the address lead to it?',
      answer.body,
    );
  }
  const message = count === 0 ? value : `${value}, all values as expected`;
  return { outcome: 'succeeded', retry: true, value, message };
}
