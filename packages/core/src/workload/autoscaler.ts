import { type ApiError, hasCode } from '../cluster/api-error.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { collectionPath, groupOf, type KubeObject, type Resource } from '../cluster/object.ts';

const AUTOSCALERS: readonly Resource[] = [
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    name: 'horizontalpodautoscalers',
    namespaced: true,
  },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'scaledobjects', namespaced: true },
];

interface ScaleTarget {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** The autoscalers of a namespace, and what could not be asked. */
export interface Autoscalers {
  readonly found: readonly KubeObject[];
  /** Why some may be missing: one sentence for each kind that RBAC denies. */
  readonly unknown: readonly string[];
}

/** What an autoscaler scales; a ScaledObject names a Deployment when it does not say what. */
function targetOf(autoscaler: KubeObject): ScaleTarget {
  const spec = autoscaler.spec as { readonly scaleTargetRef?: ScaleTarget } | undefined;
  const target = spec?.scaleTargetRef ?? {};
  if (autoscaler.kind !== 'ScaledObject') return target;
  return { apiVersion: 'apps/v1', kind: 'Deployment', ...target };
}

/** Whether an object is an autoscaler that `autoscalerOf` understands, in whatever version. */
export function isAutoscaler({ apiVersion, kind }: KubeObject): boolean {
  return AUTOSCALERS.some(
    (one) => one.kind === kind && groupOf(one.apiVersion) === groupOf(apiVersion),
  );
}

/**
 * The autoscaler that sets the replicas of `workload`; `undefined` when none does. Group and kind have
 * to fit, the version does not (k8s.io/kubernetes, pkg/controller/podautoscaler/horizontal.go,
 * scaleForResourceMappings).
 * @param autoscalers of the workload's namespace: live ones, and those of the manifests
 */
export function autoscalerOf(
  workload: KubeObject,
  autoscalers: readonly KubeObject[],
): KubeObject | undefined {
  return autoscalers.filter(isAutoscaler).find((autoscaler) => {
    const { apiVersion = '', kind, name } = targetOf(autoscaler);
    return (
      kind === workload.kind &&
      name === workload.metadata.name &&
      groupOf(apiVersion) === groupOf(workload.apiVersion)
    );
  });
}

/** `workload` without `spec.replicas`. */
export function withoutReplicas(workload: KubeObject): KubeObject {
  const { replicas: _, ...spec } = (workload.spec ?? {}) as Readonly<Record<string, unknown>>;
  return { ...workload, spec };
}

/**
 * `workload` as it is applied: without replicas where an autoscaler sets them, which is given too. The
 * first such apply lets go of them (see `adoption`), and they stay as they are. A workload that is still
 * to be made keeps its own: without them it would begin with a single pod.
 */
export function leaveReplicas(
  workload: KubeObject,
  live: KubeObject | undefined,
  autoscalers: readonly KubeObject[],
): { readonly workload: KubeObject; readonly autoscaler: KubeObject | undefined } {
  const spec = workload.spec as { readonly replicas?: unknown } | undefined;
  const autoscaler = autoscalerOf(workload, autoscalers);
  if (!live || !autoscaler || spec?.replicas === undefined) {
    return { workload, autoscaler: undefined };
  }
  return { workload: withoutReplicas(workload), autoscaler };
}

/**
 * Lists the autoscalers of a namespace. KEDA's are asked for only where the cluster has that API,
 * because a role that does not know it would be told 403, not 404.
 */
export async function listAutoscalers(
  connection: Connection,
  namespace: string,
  options: RequestOptions = {},
): Promise<Autoscalers> {
  const found: KubeObject[] = [];
  const unknown: string[] = [];
  for (const resource of AUTOSCALERS) {
    const { apiVersion, kind, name } = resource;
    try {
      const purpose = `list the kinds of ${apiVersion}`;
      await connection.request({ method: 'GET', path: `/apis/${apiVersion}`, purpose }, options);
      const { items } = await connection.request<{ readonly items: readonly KubeObject[] | null }>(
        {
          method: 'GET',
          path: collectionPath(resource, namespace),
          purpose: `list ${name} in namespace ${namespace}`,
        },
        options,
      );
      // The items of a list come without apiVersion and kind.
      found.push(...(items ?? []).map((item) => ({ ...item, apiVersion, kind })));
    } catch (error) {
      if (hasCode(error, 404)) continue;
      if (!hasCode(error, 403)) throw error;
      unknown.push((error as ApiError).message);
    }
  }
  return { found, unknown };
}
