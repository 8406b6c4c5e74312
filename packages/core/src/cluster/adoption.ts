import type { PatchOperation } from './json-patch.ts';
import {
  ANY,
  difference,
  type FieldSet,
  fieldsOf,
  isEmpty,
  managedFieldsPatch,
  pathsOf,
  select,
  union,
  withFields,
} from './managed-fields.ts';
import type { KubeObject, ManagedFields } from './object.ts';

/** What becomes ours before an object is applied. */
export interface Adoption {
  /** The write that makes it ours: it changes who manages which fields, and nothing else. */
  readonly operations: readonly PatchOperation[];
  /** The fields of our Apply entry after it. */
  readonly ours: FieldSet;
  readonly taken: readonly Taken[];
}

/** An entry of the managed fields, and what is taken out of it. */
interface Taken {
  readonly place: number;
  readonly entry: ManagedFields;
  readonly fields: FieldSet;
}

const LAST_APPLIED = [
  'f:metadata',
  'f:annotations',
  'f:kubectl.kubernetes.io/last-applied-configuration',
];
const REPLICAS = ['f:spec', 'f:replicas'];
const POD_SPECS = [
  ['f:spec'],
  ['f:spec', 'f:template', 'f:spec'],
  ['f:spec', 'f:jobTemplate', 'f:spec', 'f:template', 'f:spec'],
];

function imagesOf(fields: FieldSet): FieldSet {
  return POD_SPECS.flatMap((path) =>
    ['f:containers', 'f:initContainers'].map((list) =>
      select(fields, [...path, list, ANY, 'f:image']),
    ),
  ).reduce(union);
}

/** Which fields of somebody's updates are ours to take, when we have never applied the object. */
function atFirstContact({ manager, subresource }: ManagedFields, fields: FieldSet): FieldSet {
  if (subresource) {
    return manager === 'kubectl' && subresource === 'scale' ? select(fields, REPLICAS) : {};
  }
  if (manager === 'kubectl-create' || !isEmpty(select(fields, LAST_APPLIED))) return fields;
  // `kubectl rollout undo` writes without a name of its own.
  return ['kubectl-set', 'kubectl'].includes(manager) ? imagesOf(fields) : {};
}

function setsReplicas(object: KubeObject): boolean {
  return (object.spec as { readonly replicas?: unknown } | undefined)?.replicas !== undefined;
}

/**
 * What has to be made ours before `object` is applied to `live` by `manager`; `undefined` when nothing.
 *
 * - Our own updates (JSON patches) are another manager to the server than our applies. An update cannot
 *   put its fields into an Apply entry itself: the server takes every field that it changes out of all
 *   other entries (structured-merge-diff, merge/update.go, Update). So they are joined here, before the
 *   next apply, which also mends what a run that was killed left behind.
 * - On first contact, that is while we have no Apply entry, as `kubectl apply --server-side` does with
 *   its own (client-go, util/csaupgrade/upgrade.go; kubectl, apply.go, migrateToSSAIfNecessary): all
 *   that the owner of the last-applied annotation has, whatever its name. The annotation goes with the
 *   next apply, as with every manager there but kubectl's own, since nobody would keep it up to date.
 *   Beyond that, because kubectl never refuses what its own commands have set: all of `kubectl create`,
 *   images of `kubectl set image` and `kubectl rollout undo`, replicas of `kubectl scale`. Helm, and
 *   hotfixes by `kubectl edit` or `patch`, stay who they are, and become conflicts.
 * - Replicas that `object` leaves out are ours no longer: an apply that drops what it solely owns would
 *   scale to 1 at once, and what nobody owns stays as it is.
 */
export function adoption(
  live: KubeObject,
  object: KubeObject,
  manager: string,
): Adoption | undefined {
  const entries = live.metadata.managedFields ?? [];
  const isOurs = (entry: ManagedFields): boolean => entry.manager === manager && !entry.subresource;
  const ours = entries.findIndex((entry) => isOurs(entry) && entry.operation === 'Apply');
  const taken = entries.flatMap((entry, place): Taken[] => {
    if (entry.operation !== 'Update') return [];
    const all = fieldsOf(entry);
    if (isOurs(entry)) return [{ place, entry, fields: all }];
    if (ours >= 0 || (entry.subresource && !setsReplicas(object))) return [];
    const fields = atFirstContact(entry, all);
    return isEmpty(fields) ? [] : [{ place, entry, fields }];
  });
  const before = entries[ours];
  const sameVersion = taken.find(({ entry }) => entry.apiVersion === live.apiVersion);
  const target = before ?? (sameVersion ?? taken[0])?.entry;
  if (!target) return undefined;

  // Fields of another version cannot be joined; csaupgrade drops them as well.
  const joined = taken.filter(({ entry }) => entry.apiVersion === target.apiVersion);
  const all = joined.reduce(
    (set, { fields }) => union(set, fields),
    before ? fieldsOf(before) : {},
  );
  const dropped = setsReplicas(object) ? {} : select(all, REPLICAS);
  if (taken.length === 0 && isEmpty(dropped)) return undefined;

  const fields = difference(all, dropped);
  const changed = new Map(
    taken.map(({ place, entry, fields: gone }) => [
      place,
      withFields(entry, difference(fieldsOf(entry), gone)),
    ]),
  );
  if (before) changed.set(ours, withFields(before, fields));
  const { subresource: _, ...made } = { ...target, manager, fieldsV1: fields };
  const added = before ? [] : [{ ...made, operation: 'Apply' as const }];
  return { operations: managedFieldsPatch(entries, changed, added), ours: fields, taken };
}

/** Whether a conflict with `manager` about `field` is none any more after an adoption. */
export function settles(
  { taken }: Adoption,
  conflict: { readonly manager: string; readonly field: string },
): boolean {
  return taken.some(
    ({ entry, fields }) =>
      entry.manager === conflict.manager && pathsOf(fields).includes(`.${conflict.field}`),
  );
}
