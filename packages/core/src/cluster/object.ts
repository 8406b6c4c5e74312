/** A Kubernetes object as the API server sends it: raw JSON, so that no field of it is ever lost. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** The part of `metadata` that we read. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
}

/** Who owns an object; `controller` is true for at most one. */
export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Which fields a manager last set. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly [field: string]: unknown;
}

/** A kind's place in the API. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural name as in paths and RBAC rules. */
  readonly name: string;
  readonly namespaced: boolean;
}

/** The API group of `apiVersion`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** Path of a resource's collection. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const base = groupOf(resource.apiVersion) === '' ? '/api' : '/apis';
  const scope =
    resource.namespaced && namespace !== undefined
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${base}/${resource.apiVersion}${scope}/${resource.name}`;
}

/** Path of one object. */
export function objectPath(
  resource: Resource,
  namespace: string | undefined,
  name: string,
): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** An object as kubectl names it: `deployment/paal-frontend`. */
export function objectName(kind: string, name: string): string {
  return `${kind.toLowerCase()}/${name}`;
}

/** The resources that PAAL itself works with; others are looked up in the cluster. */
export const RESOURCES = {
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'deployments', namespaced: true },
  statefulSets: {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'statefulsets',
    namespaced: true,
  },
  daemonSets: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'daemonsets', namespaced: true },
  jobs: { apiVersion: 'batch/v1', kind: 'Job', name: 'jobs', namespaced: true },
  cronJobs: { apiVersion: 'batch/v1', kind: 'CronJob', name: 'cronjobs', namespaced: true },
  controllerRevisions: {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    name: 'controllerrevisions',
    namespaced: true,
  },
  replicaSets: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'replicasets', namespaced: true },
  pods: { apiVersion: 'v1', kind: 'Pod', name: 'pods', namespaced: true },
  events: { apiVersion: 'v1', kind: 'Event', name: 'events', namespaced: true },
  configMaps: { apiVersion: 'v1', kind: 'ConfigMap', name: 'configmaps', namespaced: true },
  secrets: { apiVersion: 'v1', kind: 'Secret', name: 'secrets', namespaced: true },
  leases: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    name: 'leases',
    namespaced: true,
  },
} as const satisfies Record<string, Resource>;
