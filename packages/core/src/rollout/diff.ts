import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { stringify } from 'yaml';
import { type KubeObject, type ObjectMeta, objectName } from '../cluster/object.ts';

/** How much of a diff is shown. */
export interface DiffLimits {
  readonly lines: number;
  /** Characters of one line. */
  readonly width: number;
}

const LIMITS: DiffLimits = { lines: 200, width: 400 };

/** More changed lines than anybody reads, which take long to compare. */
const MOST_CHANGES = 1_000;

/** What only the server writes; `managedFields` most of all. */
const BOOKKEEPING = [
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
];
/** The whole object once more, Secrets with their values. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Values = Readonly<Record<string, unknown>>;

function plainMetadata(metadata: ObjectMeta): Values {
  const rest = Object.entries(metadata).filter(([field]) => !BOOKKEEPING.includes(field));
  const { annotations, ...others } = Object.fromEntries(rest) as Partial<ObjectMeta>;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name !== LAST_APPLIED);
  return kept.length > 0 ? { ...others, annotations: Object.fromEntries(kept) } : others;
}

/** The values of a Secret, each as a word; `other` is the object on the other side. */
function hidden(object: KubeObject, other: KubeObject | undefined, changed: string): Values {
  const fields = ['data', 'stringData'].flatMap((field) => {
    const values = object[field] as Values | undefined;
    if (!values) return [];
    const theirs = (other?.[field] ?? {}) as Values;
    const words = Object.entries(values).map(([key, value]) => [
      key,
      key in theirs && theirs[key] !== value ? changed : '(hidden)',
    ]);
    return [[field, Object.fromEntries(words)]];
  });
  return Object.fromEntries(fields);
}

function asYaml(
  object: KubeObject | undefined,
  other: KubeObject | undefined,
  changed: string,
): string {
  if (!object) return '';
  const { metadata, status: _, ...rest } = object;
  const secret = object.kind === 'Secret' ? hidden(object, other, changed) : {};
  return stringify(
    { ...rest, ...secret, metadata: plainMetadata(metadata) },
    // Anchors would refer to what a diff does not show.
    { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function capped(lines: readonly string[], limits: DiffLimits): readonly string[] {
  const shown = lines
    .slice(0, limits.lines)
    .map((line) =>
      line.length <= limits.width
        ? line
        : `${line.slice(0, limits.width)}… (${line.length - limits.width} more characters)`,
    );
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… cut: ${more} more lines of this diff`] : shown;
}

/**
 * What a write changes, as the lines of a unified diff of YAML: what is live beside what the server
 * would make of it, without bookkeeping and status. Empty when nothing changes. Values of Secrets are
 * never in it, only that they change. What is too much is cut, and said.
 * @param live `undefined` when the object is new
 * @param result `undefined` when it is deleted
 */
export function diffLines(
  live: KubeObject | undefined,
  result: KubeObject | undefined,
  limits: DiffLimits = LIMITS,
): readonly string[] {
  const object = result ?? live;
  if (!object) return [];
  const before = asYaml(live, result, '(before)');
  const after = asYaml(result, live, '(changed)');
  if (before === after) return [];
  const name = objectName(object.kind, object.metadata.name);
  const from = live ? `${name} (live)` : '/dev/null';
  const to = result ? `${name} (new)` : '/dev/null';
  const patch = createTwoFilesPatch(from, to, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MOST_CHANGES,
  });
  if (patch === undefined) {
    const count = (text: string): number => text.split('\n').length - 1;
    const sizes = `${count(before)} lines before, ${count(after)} after`;
    return [`--- ${from}`, `+++ ${to}`, `… cut: too much has changed to compare (${sizes})`];
  }
  return capped(patch.trimEnd().split('\n'), limits);
}
