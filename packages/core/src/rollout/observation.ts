import { type KubeObject, RESOURCES } from '../cluster/object.ts';
import {
  type Collections,
  collection,
  type Progress,
  type Related,
} from '../workload/kinds/kind.ts';
import type { Event } from '../workload/types.ts';
import { type RolloutTarget, rulesOf } from './target.ts';

/** What is known of one target at one time. */
export interface Observation {
  /** `undefined` when it is not there. */
  readonly object: KubeObject | undefined;
  readonly related: Related;
  /** How far it is; `undefined` when it is not there. */
  readonly progress: Progress | undefined;
  /** Events about it and what belongs to it. */
  readonly events: readonly Event[];
  /** ConfigMaps and Secrets that were looked up, because a pod had called them missing. */
  readonly lookedUp: readonly KubeObject[];
}

const NOTHING: Related = { pods: [], newPods: [], owned: [], dependsOn: [] };

/** Nothing has been seen. */
export const NOT_SEEN: Observation = {
  object: undefined,
  related: NOTHING,
  progress: undefined,
  events: [],
  lookedUp: [],
};

type Index<T> = ReadonlyMap<string, readonly T[]>;

/** Looks up lists by a key; each list is indexed once, because a thousand targets ask the same one. */
function indexed<T extends object>(keyOf: (item: T) => string): (list: readonly T[]) => Index<T> {
  const indexes = new WeakMap<readonly T[], Index<T>>();
  return (list) => {
    const known = indexes.get(list);
    if (known) return known;
    const index = Map.groupBy(list, keyOf);
    indexes.set(list, index);
    return index;
  };
}

const byName = indexed<KubeObject>(({ metadata }) => metadata.name);
const byInvolved = indexed<Event>(({ involvedObject }) => involvedObject.uid ?? '');

/** What of `collections` concerns one target. */
export function observationOf(collections: Collections, target: RolloutTarget): Observation {
  const rules = rulesOf(target);
  const all = collection(collections, target.resource);
  const object = byName(all).get(target.written.metadata.name)?.[0];
  if (!object) return NOT_SEEN;
  const related = rules.relate(object, collections);
  const concerned = [object, ...related.owned, ...related.pods];
  const uids = new Set(concerned.flatMap(({ metadata }) => metadata.uid ?? []));
  const events = byInvolved(collection<Event>(collections, RESOURCES.events));
  return {
    object,
    related,
    progress: rules.progress(object, related),
    events: [...uids].flatMap((uid) => events.get(uid) ?? []),
    lookedUp: [RESOURCES.configMaps, RESOURCES.secrets].flatMap((resource) =>
      collection(collections, resource),
    ),
  };
}
