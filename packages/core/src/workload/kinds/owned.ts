import type { KubeObject } from '../../cluster/object.ts';

type Index = ReadonlyMap<string, readonly KubeObject[]>;

// A pass over a thousand workloads asks the same list a thousand times.
const indexes = new WeakMap<readonly KubeObject[], Index>();

function indexOf(objects: readonly KubeObject[]): Index {
  const known = indexes.get(objects);
  if (known) return known;
  const index = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const controller = object.metadata.ownerReferences?.find((owner) => owner.controller === true);
    if (!controller) continue;
    const siblings = index.get(controller.uid);
    if (siblings) siblings.push(object);
    else index.set(controller.uid, [object]);
  }
  indexes.set(objects, index);
  return index;
}

/**
 * What of `objects` has `owner` as its controller: by UID, because names and labels are reused
 * (kubedog 8aca45a counted the pods of an earlier Deployment).
 */
export function controlledBy<T extends KubeObject>(
  owner: KubeObject,
  objects: readonly T[],
): readonly T[] {
  return (indexOf(objects).get(owner.metadata.uid ?? '') ?? []) as readonly T[];
}
