import { FIELD_MANAGER } from '../cluster/apply.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { isSame, type ObjectRef } from '../release/inventory.ts';
import { configReferences } from '../workload/config-references.ts';
import type { PodTemplate } from '../workload/types.ts';
import { inOrder } from './order.ts';

/** What must stay for a release that one can go back to, or that another app runs. */
export interface KeptRelease {
  /** As in "release 3 of shop". */
  readonly name: string;
  readonly refersTo: readonly ObjectRef[];
}

/** An object that earlier releases applied, and this one did not. */
export interface Leftover {
  readonly ref: ObjectRef;
  /** As it was read after the release was verified. */
  readonly live: KubeObject;
}

/** What becomes of the leftovers: in the order of deleting, and why each of the others stays. */
export interface PrunePlan {
  readonly deleted: readonly Leftover[];
  readonly kept: readonly (Leftover & { readonly because: string })[];
}

const PROTECTED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

/** Annotations by which users say that an object shall stay; teams come from helm with its own. */
const KEEP = [
  ['paal.dev/prune', 'false'],
  ['helm.sh/resource-policy', 'keep'],
] as const;

/**
 * What a release needs if one goes back to it, beside what the ledger can bring back: what its pods
 * refer to, and its Secrets, of which the ledger has no content.
 */
export function needsOf(
  templates: readonly PodTemplate[],
  objects: readonly KubeObject[],
  namespace: string,
): readonly ObjectRef[] {
  const core = (kind: string, name: string): ObjectRef => ({
    apiVersion: 'v1',
    kind,
    namespace,
    name,
  });
  const named = templates.flatMap((template) => {
    const { serviceAccountName, imagePullSecrets = [] } = template.spec as {
      readonly serviceAccountName?: string;
      readonly imagePullSecrets?: readonly { readonly name: string }[];
    };
    return [
      ...configReferences(template).map(({ kind, name }) => core(kind, name)),
      ...imagePullSecrets.map(({ name }) => core('Secret', name)),
      ...(serviceAccountName ? [core('ServiceAccount', serviceAccountName)] : []),
    ];
  });
  const secrets = objects.filter(
    ({ apiVersion, kind }) => kind === 'Secret' && apiVersion === 'v1',
  );
  return [...named, ...secrets.map(({ metadata }) => core('Secret', metadata.name))];
}

/**
 * Why an object is never pruned, whatever it is. What is in no namespace may serve others: Namespaces,
 * CRDs and PersistentVolumes take everything below with them. Claims are the data itself. Of the peers
 * kubectl and krane delete claims, kubectl PersistentVolumes and Namespaces too, and kapp all there is;
 * each has an issue about what was lost so. Secrets are pruned like them all, except those in use.
 */
export function protection({ apiVersion, kind, namespace }: ObjectRef): string | undefined {
  if (namespace === undefined) return 'it is in no namespace, and others may use it';
  if (PROTECTED_NAMESPACES.includes(namespace)) return `namespace ${namespace} is protected`;
  if (kind === 'PersistentVolumeClaim' && apiVersion === 'v1') return 'it holds data';
  return undefined;
}

function reasonToKeep(
  { ref, live }: Leftover,
  applied: readonly KubeObject[],
  kept: readonly KeptRelease[],
): string | undefined {
  const { uid, annotations = {}, ownerReferences = [], managedFields = [] } = live.metadata;
  const always = protection(ref);
  if (always) return always;
  if (applied.some(({ metadata }) => metadata.uid === uid)) {
    return 'this release applied it under another kind or group';
  }
  const keep = KEEP.find(([name, value]) => annotations[name] === value);
  if (keep) return `of its annotation ${keep.join(': ')}`;
  const owner = ownerReferences.find(({ controller }) => controller);
  if (owner) return `${objectName(owner.kind, owner.name)} owns it now`;
  const isOurs = managedFields.some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
  if (!isOurs) return 'paal manages no field of it any more';
  const user = kept.find(({ refersTo }) => refersTo.some((one) => isSame(one, ref)));
  return user && `${user.name} needs it`;
}

/**
 * Decides about the leftovers of a release that is verified. They are deleted in the opposite order of
 * writing. What is being deleted already is neither.
 * @param applied what this release applied, as the server returned it
 * @param kept the releases that one can go back to, and those that other apps of the namespace run
 */
export function planPrune(
  leftovers: readonly Leftover[],
  applied: readonly KubeObject[],
  kept: readonly KeptRelease[],
): PrunePlan {
  const present = leftovers.filter(({ live }) => live.metadata.deletionTimestamp === undefined);
  const judged = present.map((one) => ({ ...one, because: reasonToKeep(one, applied, kept) }));
  return {
    deleted: inOrder(
      judged
        .filter(({ because }) => because === undefined)
        .map(({ ref, live }) => ({ ref, live, object: live })),
    )
      .map(({ ref, live }) => ({ ref, live }))
      .reverse(),
    kept: judged.flatMap(({ ref, live, because }) => (because ? [{ ref, live, because }] : [])),
  };
}
