import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import {
  type AppAnswer,
  bad,
  describeStatuses,
  documentOf,
  headersOf,
} from '../http/expectation.ts';
import { checkedJsonPath, valuesAt } from '../json-assertions.ts';
import { regularExpression } from '../regular-expression.ts';
import { oneLine, quoted } from '../text.ts';

/** Where in an answer the version is. */
export type VersionPlace =
  | { readonly json: string; readonly query: string }
  | { readonly header: string }
  | { readonly matches: RegExp };

/**
 * Where the version is: at a JSONPath, in a header, or where a regular expression finds it.
 * @throws UserError, in which `what` is the subject, for one that is not valid
 */
export function versionPlace(
  { json, header, matches }: Pick<CheckConfigs['version'], 'json' | 'header' | 'matches'>,
  what: string,
): VersionPlace {
  if (matches !== undefined) {
    return { matches: regularExpression(matches, `${what}: "${matches}" in matches`) };
  }
  if (header === undefined) {
    const path = json ?? 'version';
    return { json: path, query: checkedJsonPath(path, what) };
  }
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) {
    throw new UserError(`${what}: "${header}" in header is not the name of a header.`);
  }
  return { header };
}

/** `version` of the JSON body, `header x-version`. */
export function describePlace(place: VersionPlace): string {
  if ('json' in place) return place.json;
  return 'header' in place ? `header ${place.header}` : `/${oneLine(place.matches.source)}/`;
}

/** The version that an answer tells, or what is wrong with it. */
export type ReadVersion = { readonly version: string } | Observation;

function absent(answer: AppAnswer, place: VersionPlace): Observation {
  return bad(
    'no version',
    `${describePlace(place)}: there is no version in the answer`,
    'Is it the right path, and does the answer hold it there?',
    answer.body,
  );
}

/** Reads the version out of an answer; pure. */
export function readVersion(answer: AppAnswer, place: VersionPlace): ReadVersion {
  if (answer.status < 200 || answer.status > 299) {
    const expected = describeStatuses({ statuses: undefined });
    const hint = 'Does this path tell the version, without a sign-in and without a redirect?';
    const message = `expected ${expected}, got ${answer.status}`;
    return bad(`HTTP ${answer.status}`, message, hint, answer.body);
  }
  let found: readonly unknown[];
  if ('header' in place) found = headersOf(answer, place.header);
  else if ('matches' in place) {
    const match = place.matches.exec(answer.body);
    found = match ? [match[1] ?? match[0]] : [];
  } else {
    const read = documentOf(answer);
    if (!('document' in read)) return read;
    found = valuesAt(read.document, place.query);
  }
  const versions = [
    ...new Set(
      found.filter((value) => typeof value === 'string' || typeof value === 'number').map(String),
    ),
  ];
  const [version] = versions;
  if (version === undefined) return absent(answer, place);
  if (versions.length === 1) return { version: version.trim() };
  return bad(
    `${versions.length} versions`,
    `${describePlace(place)}: the answer tells several versions: ${versions.map(quoted).join(', ')}`,
    'Write a path that leads to one value.',
    answer.body,
  );
}

/** What to do about another version. */
export function adviceOn(version: string, expected: string): string {
  const bare = (text: string): string => text.replace(/^v/i, '');
  return bare(version) === bare(expected)
    ? 'They differ by the v alone: write "expected" as the application tells it.'
    : 'Is this the image that was built from this commit, and does it tell the version that was baked into it?';
}

/** What an answer means where `expected` should be told; pure. */
export function judgeVersion(
  answer: AppAnswer,
  place: VersionPlace,
  expected: string,
): Observation {
  const read = readVersion(answer, place);
  if (!('version' in read)) return read;
  const { version } = read;
  if (version === expected) {
    return { outcome: 'succeeded', retry: true, value: version, message: `version ${version}` };
  }
  const message = `expected version ${quoted(expected)}, got ${quoted(version)}`;
  return bad(oneLine(version, 80), message, adviceOn(version, expected), answer.body);
}
