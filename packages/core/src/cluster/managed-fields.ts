import type { PatchOperation } from './json-patch.ts';
import type { ManagedFields } from './object.ts';

/**
 * A set of fields as the API server writes it (`fieldsV1`): a tree of path elements, `f:` for a field,
 * `k:` for a list item by its keys, `v:` for one by its value, `i:` for one by its index. A node is in
 * the set itself when it holds `.`, or nothing at all
 * (sigs.k8s.io/structured-merge-diff, fieldpath/serialize.go).
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

const SELF = '.';

/** Whether a node is in the set itself, not only something below it. */
export function isMember(node: FieldSet): boolean {
  return SELF in node || Object.keys(node).length === 0;
}

function childrenOf(set: FieldSet): [string, FieldSet][] {
  return Object.entries(set).filter(([element]) => element !== SELF);
}

/** A node's short form; `undefined` when neither it nor anything below is in the set. */
function node(self: boolean, children: readonly [string, FieldSet][]): FieldSet | undefined {
  if (children.length === 0) return self ? {} : undefined;
  return Object.fromEntries([...(self ? [[SELF, {}]] : []), ...children]);
}

/** Whether a set has no fields. */
export function isEmpty(set: FieldSet): boolean {
  return childrenOf(set).length === 0;
}

/** The fields that are in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(childrenOf(a));
  for (const [element, theirs] of childrenOf(b)) {
    const ours = children.get(element);
    if (!ours) {
      children.set(element, theirs);
      continue;
    }
    const below = childrenOf(union(ours, theirs));
    children.set(element, node(isMember(ours) || isMember(theirs), below) ?? {});
  }
  return Object.fromEntries(children);
}

/** The fields of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const children = childrenOf(a).flatMap(([element, ours]): [string, FieldSet][] => {
    const theirs = b[element];
    if (!theirs) return [[element, ours]];
    const below = childrenOf(difference(ours, theirs));
    const left = node(isMember(ours) && !isMember(theirs), below);
    return left ? [[element, left]] : [];
  });
  return Object.fromEntries(children);
}

/** Every child of a node, in a path that is selected. */
export const ANY = '*';

/** What of `set` lies at `path`, or below it. */
export function select(set: FieldSet, path: readonly string[]): FieldSet {
  const [first, ...rest] = path;
  if (first === undefined) return set;
  const children = childrenOf(set).flatMap(([element, below]): [string, FieldSet][] => {
    if (first !== ANY && first !== element) return [];
    if (rest.length === 0) return [[element, below]];
    const found = select(below, rest);
    return isEmpty(found) ? [] : [[element, found]];
  });
  return Object.fromEntries(children);
}

function printed(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  if (!element.startsWith('k:')) return `[${text}]`;
  const keys = Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The paths of a set's fields, as conflicts name them: `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet): readonly string[] {
  return childrenOf(set).flatMap(([element, below]) => {
    const path = printed(element);
    const deeper = pathsOf(below).map((rest) => path + rest);
    return isMember(below) ? [path, ...deeper] : deeper;
  });
}

/** The fields that an entry records. */
export function fieldsOf(entry: ManagedFields): FieldSet {
  return (entry.fieldsV1 ?? {}) as FieldSet;
}

/** An entry with other fields; `undefined` when there are none left. */
export function withFields(entry: ManagedFields, fields: FieldSet): ManagedFields | undefined {
  return isEmpty(fields) ? undefined : { ...entry, fieldsV1: fields };
}

const PATH = '/metadata/managedFields';

/**
 * The JSON patch that makes `entries` what `changed` says, by place; `undefined` removes one. It fails
 * as a whole, with a 422, when somebody has touched one of these entries meanwhile. A change to other
 * entries is no matter: a controller that writes the status all the time does not get in the way, as it
 * would with a test on the resourceVersion.
 */
export function managedFieldsPatch(
  entries: readonly ManagedFields[],
  changed: ReadonlyMap<number, ManagedFields | undefined>,
  added: readonly ManagedFields[] = [],
): readonly PatchOperation[] {
  const places = [...changed.keys()];
  const kept = places.filter((place) => changed.get(place));
  // From the end, so that the places before stay what they are.
  const removed = places.filter((place) => !changed.get(place)).sort((a, b) => b - a);
  return [
    ...places.map((place) => ({
      op: 'test' as const,
      path: `${PATH}/${place}`,
      value: entries[place],
    })),
    ...kept.map((place) => ({
      op: 'replace' as const,
      path: `${PATH}/${place}`,
      value: changed.get(place),
    })),
    ...added.map((value) => ({ op: 'add' as const, path: `${PATH}/-`, value })),
    ...removed.map((place) => ({ op: 'remove' as const, path: `${PATH}/${place}` })),
  ];
}
