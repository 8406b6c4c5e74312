import { groupOf, type Resource } from '../../cluster/object.ts';
import { cronJobRules } from './cron-job.ts';
import { apiExtensionRules, customRules } from './custom.ts';
import { daemonSetRules } from './daemon-set.ts';
import { deploymentRules } from './deployment.ts';
import { jobRules } from './job.ts';
import type { KindRules } from './kind.ts';
import { persistentVolumeClaimRules } from './persistent-volume-claim.ts';
import { podRules } from './pod.ts';
import { replicaSetRules, replicationControllerRules } from './replica-set.ts';
import { serviceRules } from './service.ts';
import { statefulSetRules } from './stateful-set.ts';

/** A kind whatever its version: `Deployment.apps`, `Pod.`. */
function kindKey({ apiVersion, kind }: Resource): string {
  return `${kind}.${groupOf(apiVersion)}`;
}

const RULES: ReadonlyMap<string, KindRules> = new Map(
  [
    deploymentRules,
    statefulSetRules,
    daemonSetRules,
    replicaSetRules,
    replicationControllerRules,
    jobRules,
    cronJobRules,
    podRules,
    serviceRules,
    persistentVolumeClaimRules,
  ].map((rules) => [kindKey(rules.resource), rules]),
);

/** Where the API itself is extended: CustomResourceDefinition, APIService. */
const API_EXTENSIONS = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** The other groups that Kubernetes itself serves (k8s.io/api, each register.go). */
const WITHOUT_WAITING = new Set([
  '',
  'admissionregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'lifecycle.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/**
 * The rules for a kind; `undefined` when there is nothing to wait for. A kind of Kubernetes itself
 * has rules of its own here, or works as soon as it is stored (ConfigMap, Secret, RBAC, quotas,
 * Ingress, HorizontalPodAutoscaler, webhooks, …). Every other kind comes from a CRD or an
 * aggregated API server, where a controller acts on it, and is judged by its conditions.
 */
export function rulesFor(resource: Resource): KindRules | undefined {
  const own = RULES.get(kindKey(resource));
  if (own) return own;
  const group = groupOf(resource.apiVersion);
  if (API_EXTENSIONS.has(group)) return apiExtensionRules(resource);
  return WITHOUT_WAITING.has(group) ? undefined : customRules(resource);
}
