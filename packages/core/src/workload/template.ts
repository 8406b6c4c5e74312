import { type KubeObject, RESOURCES, type Resource } from '../cluster/object.ts';
import type { PodTemplate, WorkloadKind } from './types.ts';

const WORKLOADS: Readonly<Record<WorkloadKind, Resource>> = {
  Deployment: RESOURCES.deployments,
  StatefulSet: RESOURCES.statefulSets,
  DaemonSet: RESOURCES.daemonSets,
  CronJob: RESOURCES.cronJobs,
};

const TEMPLATE = ['spec', 'template'];

/** Where the pod template is; a pod is its own. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Deployment: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  Job: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
};

/** Whether a resource is a workload: it makes pods from a template that can be changed, and put back. */
export function isWorkload({ apiVersion, kind }: Resource): boolean {
  return WORKLOADS[kind as WorkloadKind]?.apiVersion === apiVersion;
}

/** The resource of a kind of workloads. */
export function workloadResource(kind: WorkloadKind): Resource {
  return WORKLOADS[kind];
}

/** The path of the pod template in an object of `kind`: `spec`, `template`. Empty for kinds without. */
export function templatePath(kind: string): readonly string[] {
  return PATHS[kind] ?? [];
}

type Node = Readonly<Record<string, unknown>>;

/** The pod template of an object; `undefined` for kinds without, and where it has no containers. */
export function templateOf(object: KubeObject): PodTemplate | undefined {
  const path = PATHS[object.kind];
  if (!path) return undefined;
  const template = path.reduce((node: unknown, key) => (node as Node | undefined)?.[key], object) as
    | Partial<PodTemplate>
    | undefined;
  return Array.isArray(template?.spec?.containers) ? (template as PodTemplate) : undefined;
}

/** `object` with another pod template. */
export function withTemplate(object: KubeObject, template: PodTemplate): KubeObject {
  const replace = (node: Node, [key, ...rest]: readonly string[]): Node => {
    if (key === undefined) return template as unknown as Node;
    return { ...node, [key]: replace((node[key] ?? {}) as Node, rest) };
  };
  return replace(object, templatePath(object.kind)) as unknown as KubeObject;
}
