import { ApiError, hasCode, isTransient } from '../cluster/api-error.ts';
import { definedBy } from '../cluster/definitions.ts';
import { groupOf, type Resource } from '../cluster/object.ts';
import type { PlannedWrite } from './plan.ts';

type Written = Pick<
  PlannedWrite,
  'resource' | 'namespace' | 'name' | 'live' | 'result' | 'changes'
>;

const RBAC = 'rbac.authorization.k8s.io';
const BINDINGS = ['RoleBinding', 'ClusterRoleBinding'];

interface Binding {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
}

function isKind({ kind, apiVersion }: Resource, name: string, group: string): boolean {
  return kind === name && groupOf(apiVersion) === group;
}

/** What a write refers to by kind and name, and the API server looks up before it takes it. */
function lookedUp({ resource, result }: Written): readonly (readonly [string, string, string])[] {
  const { kind, apiVersion } = resource;
  if (BINDINGS.includes(kind) && groupOf(apiVersion) === RBAC) {
    const { roleRef } = result as unknown as Binding;
    return [[roleRef?.kind ?? '', RBAC, roleRef?.name ?? '']];
  }
  if (!isKind(resource, 'Pod', '')) return [];
  const { serviceAccountName, priorityClassName, runtimeClassName } = (result.spec ??
    {}) as PodSpec;
  return [
    ['ServiceAccount', '', serviceAccountName ?? ''],
    ['PriorityClass', 'scheduling.k8s.io', priorityClassName ?? ''],
    ['RuntimeClass', 'node.k8s.io', runtimeClassName ?? ''],
  ];
}

/**
 * What else of a plan has to be written before the API server can say whether it takes `one`: its
 * Namespace, the definition of its kind, the Role that it binds, what a pod runs as. What is there
 * already, and stays as it is, is not among them. Pure.
 */
export function needsWithin<T extends Written>(one: T, plan: readonly T[]): readonly T[] {
  const { apiVersion, kind } = one.resource;
  const references = lookedUp(one);
  return plan.filter(({ resource, live, result, changes }) => {
    if (!changes) return false;
    const { name } = result.metadata;
    return (
      (!live && isKind(resource, 'Namespace', '') && name === one.namespace) ||
      definedBy(result, apiVersion, kind) !== undefined ||
      references.some((ref) => isKind(resource, ref[0], ref[1]) && name === ref[2])
    );
  });
}

/**
 * Whether a dry run was refused for no other reason than that `needs` are not written yet. What a
 * changed definition makes of its kind is not known before; else something is not found, or a pod or a
 * binding may not refer to it. That a field is unknown is said in a missing Namespace too: the server
 * reads an object before it asks where it belongs. Pure.
 */
export function isExplained(error: unknown, needs: readonly Written[]): boolean {
  if (needs.length === 0 || !(error instanceof ApiError) || isTransient(error)) return false;
  if (needs.some(({ resource }) => resource.kind === 'CustomResourceDefinition')) return true;
  const isPlace = needs.every(({ resource }) => resource.kind === 'Namespace');
  return hasCode(error, 404) || (!isPlace && hasCode(error, 403));
}
