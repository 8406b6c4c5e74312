import { groupOf, type KubeObject } from '../cluster/object.ts';
import type { ReleaseContent } from './release.ts';

/** An object of a release. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** `undefined` for what is in no namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Objects that belong together, because a release had them together. */
export type ObjectSet = readonly ObjectRef[];

/** An object as the ledger has it; whether its kind has namespaces is found out when it is read. */
export function refOf({ apiVersion, kind, metadata }: KubeObject, namespace: string): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace ?? namespace, name: metadata.name };
}

/** Equal for the names of one object: the version of its API is no difference. */
function keyOf({ apiVersion, kind, namespace = '', name }: ObjectRef): string {
  return [groupOf(apiVersion), kind, namespace, name].join(' ');
}

/** Two names of the same object. */
export function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return keyOf(a) === keyOf(b);
}

function distinct(refs: ObjectSet): ObjectSet {
  return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

/** What says that two sets belong together; a Namespace is everybody's. */
function links(set: ObjectSet): ReadonlySet<string> {
  return new Set(set.filter(({ kind }) => kind !== 'Namespace').map(keyOf));
}

/**
 * The sets, those that have an object in common made one. Steps that put out parts of an app, which
 * share nothing, have sets of their own: none of them takes the other's objects for leftovers. Pure.
 */
export function united(sets: readonly ObjectSet[]): readonly ObjectSet[] {
  let found: readonly { readonly refs: ObjectSet; readonly keys: ReadonlySet<string> }[] = [];
  for (const set of sets) {
    const keys = links(set);
    const joined = found.filter((one) => [...keys].some((key) => one.keys.has(key)));
    const refs = distinct([...joined.flatMap((one) => one.refs), ...set]);
    const others = found.filter((one) => !joined.includes(one));
    found = [...others, { refs, keys: links(refs) }];
  }
  return found.map(({ refs }) => refs).filter((refs) => refs.length > 0);
}

/** Every object that these releases have applied, or remember of releases before them, in sets. Pure. */
export function inventoryOf(
  contents: readonly ReleaseContent[],
  namespace: string,
): readonly ObjectSet[] {
  return united(
    contents.flatMap(({ inventory = [], objects }) => [
      ...inventory,
      objects.map((object) => refOf(object, namespace)),
    ]),
  );
}

/** What once belonged to `applied`, and is not in it any more. Pure. */
export function leftoversOf(inventory: readonly ObjectSet[], applied: ObjectSet): ObjectSet {
  const keys = links(applied);
  const own = united([...inventory, applied]).find((set) =>
    [...links(set)].some((key) => keys.has(key)),
  );
  const present = new Set(applied.map(keyOf));
  return (own ?? []).filter((ref) => !present.has(keyOf(ref)));
}

/** The inventory without `gone`, which need not be remembered any more. Pure. */
export function withoutGone(
  inventory: readonly ObjectSet[],
  gone: ObjectSet,
): readonly ObjectSet[] {
  const keys = new Set(gone.map(keyOf));
  return inventory.map((set) => set.filter((ref) => !keys.has(keyOf(ref))));
}
