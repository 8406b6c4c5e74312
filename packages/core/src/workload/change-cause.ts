import { FIELD_MANAGER, type PatchOperation, pointerSegment } from '../cluster/apply.ts';
import { fieldsOf, isEmpty, select } from '../cluster/managed-fields.ts';
import type { KubeObject } from '../cluster/object.ts';

/** What `kubectl rollout history` shows of a revision (k8s.io/kubectl/pkg/polymorphichelpers, history.go). */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The change-cause that an object has. */
export function causeOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.annotations?.[CHANGE_CAUSE];
}

function isOurs({ metadata }: KubeObject): boolean {
  const path = ['f:metadata', 'f:annotations', `f:${CHANGE_CAUSE}`];
  return (metadata.managedFields ?? []).some(
    (entry) => entry.manager === FIELD_MANAGER && !isEmpty(select(fieldsOf(entry), path)),
  );
}

/**
 * Whether the change-cause of a workload is ours to tell: where neither the manifest says one nor
 * somebody else has set it.
 */
export function tellsCause(
  kind: string,
  manifest: KubeObject | undefined,
  live: KubeObject | undefined,
): boolean {
  if (!KINDS.includes(kind) || causeOf(manifest) !== undefined) return false;
  return live === undefined || causeOf(live) === undefined || isOurs(live);
}

/** `object` with this change-cause; as it is without one. */
export function withCause<T extends KubeObject>(object: T, cause: string | undefined): T {
  if (cause === undefined) return object;
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [CHANGE_CAUSE]: cause };
  return { ...object, metadata: { ...metadata, annotations } };
}

/**
 * The patch that tells a change-cause. None for an object without annotations: to make room for them
 * could take away those that somebody makes just now.
 */
export function causePatch(live: KubeObject, cause: string): readonly PatchOperation[] {
  if (live.metadata.annotations === undefined || !tellsCause(live.kind, undefined, live)) return [];
  const path = `/metadata/annotations/${pointerSegment(CHANGE_CAUSE)}`;
  return [{ op: 'add', path, value: cause }];
}
