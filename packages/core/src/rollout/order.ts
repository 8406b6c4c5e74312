import { groupOf, type KubeObject } from '../cluster/object.ts';

/** Kinds by the order in which they are written; those of one line as they were given. */
const BEFORE: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'PriorityClass.scheduling.k8s.io RuntimeClass.node.k8s.io',
  'ResourceQuota LimitRange',
  'NetworkPolicy.networking.k8s.io',
  'PodDisruptionBudget.policy',
  'ServiceAccount',
  'Secret ConfigMap',
  'StorageClass.storage.k8s.io',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
  'Role.rbac.authorization.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'Service',
  'DaemonSet.apps Deployment.apps StatefulSet.apps ReplicaSet.apps Pod ReplicationController Job.batch CronJob.batch',
  'HorizontalPodAutoscaler.autoscaling',
];

/** What stands in the way of other writes as soon as it is there comes last. */
const AFTER: readonly string[] = [
  'IngressClass.networking.k8s.io',
  'Ingress.networking.k8s.io',
  'APIService.apiregistration.k8s.io',
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io MutatingAdmissionPolicy.admissionregistration.k8s.io',
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io MutatingAdmissionPolicyBinding.admissionregistration.k8s.io',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io ValidatingWebhookConfiguration.admissionregistration.k8s.io',
];

const ranks = (lines: readonly string[], first: number): [string, number][] =>
  lines.flatMap((line, index) =>
    line.split(' ').map((kind): [string, number] => [kind, first + index]),
  );

const RANKS = new Map([...ranks(BEFORE, 0), ...ranks(AFTER, BEFORE.length + 1)]);

function rank({ apiVersion, kind }: KubeObject): number {
  const group = groupOf(apiVersion);
  return RANKS.get(group === '' ? kind : `${kind}.${group}`) ?? BEFORE.length;
}

/**
 * The order of writing: what is referred to before what refers to it, as in helm's InstallOrder
 * (helm.sh/helm/v4, pkg/release/v1/util/kind_sorter.go) except that CRDs follow the namespaces, that RuntimeClasses
 * are written before the pods that name them, and that kinds which nobody knows, such as custom
 * resources, come before Ingresses and webhooks. Otherwise as
 * given. Groups count: a Knative Service is none.
 */
export function inOrder<T extends { readonly object: KubeObject }>(
  objects: readonly T[],
): readonly T[] {
  return [...objects].sort((a, b) => rank(a.object) - rank(b.object));
}
