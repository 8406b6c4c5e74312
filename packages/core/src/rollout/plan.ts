import type { AccessRule } from '../cluster/api-error.ts';
import { applyObject, type PatchOperation, patchObject, readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { ManifestObject } from '../cluster/manifest.ts';
import {
  groupOf,
  type KubeObject,
  objectName,
  RESOURCES,
  type Resource,
} from '../cluster/object.ts';
import { formatPosition } from '../config/yaml.ts';
import { type SourcePosition, UserError } from '../errors.ts';
import {
  changesFor,
  checkImageChanges,
  type ImageChange,
  imagePlaces,
  withImages,
} from '../workload/images.ts';
import type { Deployment, PodTemplate, WorkloadRef } from '../workload/types.ts';

/** One write that is planned, proven by a server-side dry run. */
export interface PlannedWrite {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  /** `kind/name`. */
  readonly name: string;
  /** What is applied; `undefined` when only images are set. */
  readonly object: KubeObject | undefined;
  /** What is patched, when only images are set. */
  readonly patch: readonly PatchOperation[];
  /** Present when the write is a workload that is watched afterwards. */
  readonly workload: WorkloadRef | undefined;
  /** The containers whose images are set; `undefined` when the whole template is. */
  readonly imagesOf: readonly string[] | undefined;
  readonly live: KubeObject | undefined;
  /** What the server would make of it. */
  readonly result: KubeObject;
  /** Whether the write would change anything but bookkeeping. */
  readonly changes: boolean;
  readonly position: SourcePosition | undefined;
  readonly positionOf: ManifestObject['positionOf'] | undefined;
}

/** What the user asks for. */
export interface RolloutRequest {
  readonly namespace: string;
  readonly manifests: readonly ManifestObject[] | undefined;
  readonly images: readonly ImageChange[];
  /** The workloads to set images on; used without manifests. */
  readonly workloads: readonly WorkloadRef[];
  readonly forceConflicts: boolean;
}

/** Kinds that others refer to are written first, workloads after them, the rest last. */
const ORDER = [
  'Namespace',
  'CustomResourceDefinition',
  'ResourceQuota',
  'LimitRange',
  'PriorityClass',
  'StorageClass',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Service',
];
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'ReplicaSet'];

function rank(kind: string): number {
  if (WORKLOADS.includes(kind)) return ORDER.length;
  const index = ORDER.indexOf(kind);
  return index < 0 ? ORDER.length + 1 : index;
}

/** The order of writing: what is referred to before what refers to it; otherwise as written down. */
export function inOrder<T extends { readonly object: KubeObject }>(
  objects: readonly T[],
): readonly T[] {
  return [...objects].sort((a, b) => rank(a.object.kind) - rank(b.object.kind));
}

/** The permissions that writing `resources` and watching the rollout need. */
export function rolloutAccess(
  resources: readonly Resource[],
  applied: boolean,
): readonly AccessRule[] {
  const verbs = applied ? ['get', 'create', 'patch'] : ['get', 'patch'];
  const writes = resources.flatMap(({ apiVersion, name }) =>
    verbs.map((verb) => ({ group: groupOf(apiVersion), resource: name, verb })),
  );
  const watched = [RESOURCES.deployments, RESOURCES.replicaSets, RESOURCES.pods];
  const reads = watched.flatMap(({ apiVersion, name }) =>
    ['list', 'watch'].map((verb) => ({ group: groupOf(apiVersion), resource: name, verb })),
  );
  return [...writes, ...reads];
}

/** Whether two states of an object differ in what users mean by it, not in bookkeeping. */
function differs(live: KubeObject | undefined, result: KubeObject): boolean {
  if (!live) return true;
  const plain = ({ metadata, status: _, ...rest }: KubeObject): string =>
    JSON.stringify([rest, metadata.labels ?? {}, metadata.annotations ?? {}]);
  return plain(live) !== plain(result);
}

function asWorkload(object: KubeObject, namespace: string): WorkloadRef | undefined {
  return object.kind === 'Deployment'
    ? { kind: 'Deployment', namespace, name: object.metadata.name }
    : undefined;
}

function templateOf(object: KubeObject): PodTemplate | undefined {
  return (object as unknown as Partial<Deployment>).spec?.template;
}

/** The manifests with the namespace and the new images filled in; pure. */
export function prepareObjects(
  manifests: readonly ManifestObject[],
  images: readonly ImageChange[],
  namespace: string,
): readonly ManifestObject[] {
  const templates = new Map<string, PodTemplate>();
  for (const { object } of manifests) {
    const template = WORKLOADS.includes(object.kind) ? templateOf(object) : undefined;
    if (template?.spec?.containers) {
      templates.set(objectName(object.kind, object.metadata.name), template);
    }
  }
  checkImageChanges(images, templates);
  return manifests.map((manifest) => {
    const { object, position } = manifest;
    const given = object.metadata.namespace;
    if (given !== undefined && given !== namespace) {
      throw new UserError(
        `${formatPosition(position)}: ${object.kind} ${object.metadata.name} is for namespace ${given}, ` +
          `and this rollout is for ${namespace}. Nothing was changed.`,
        { position },
      );
    }
    const name = objectName(object.kind, object.metadata.name);
    const template = templates.get(name);
    if (!template) return manifest;
    const changed = withImages(template, changesFor(images, name));
    const spec = { ...(object.spec as object), template: changed };
    return { ...manifest, object: { ...object, spec } };
  });
}

async function planObject(
  connection: Connection,
  discovery: Discovery,
  request: RolloutRequest,
  manifest: ManifestObject,
  options: RequestOptions,
): Promise<PlannedWrite> {
  const { object, position, positionOf } = manifest;
  const { apiVersion, kind, metadata } = object;
  try {
    const resource = await discovery.resource(apiVersion, kind);
    const namespace = resource.namespaced ? request.namespace : undefined;
    const live = await readObject(connection, resource, namespace, metadata.name, options);
    const force = request.forceConflicts;
    const apply = { ...options, dryRun: true, force };
    const result = await applyObject(connection, resource, namespace, object, apply);
    return {
      resource,
      namespace,
      name: objectName(kind, metadata.name),
      object,
      patch: [],
      workload: asWorkload(object, request.namespace),
      imagesOf: undefined,
      live,
      result,
      changes: differs(live, result),
      position,
      positionOf,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${formatPosition(position)}: ${error.message} Nothing was changed.`, {
      cause: error,
      position,
    });
  }
}

async function planImages(
  connection: Connection,
  request: RolloutRequest,
  options: RequestOptions,
): Promise<readonly PlannedWrite[]> {
  const resource = RESOURCES.deployments;
  const lives = new Map<string, Deployment>();
  for (const { namespace, name } of request.workloads) {
    const live = await readObject<Deployment>(connection, resource, namespace, name, options);
    if (!live) {
      throw new UserError(
        `There is no deployment/${name} in namespace ${namespace}. Nothing was changed. ` +
          `See what is there: kubectl -n ${namespace} get deployments`,
      );
    }
    lives.set(objectName('Deployment', name), live);
  }
  checkImageChanges(
    request.images,
    new Map([...lives].map(([name, live]) => [name, live.spec.template])),
  );
  const planned = request.workloads.map(async (workload) => {
    const name = objectName(workload.kind, workload.name);
    const live = lives.get(name) as Deployment;
    const changes = changesFor(request.images, name);
    const places = imagePlaces(live.spec.template).filter(({ container }) =>
      changes.has(container),
    );
    // The test makes sure that the place is still the container that we looked at.
    const patch = places.flatMap(({ list, index, container }): readonly PatchOperation[] => {
      const path = `/spec/template/spec/${list}/${index}`;
      return [
        { op: 'test', path: `${path}/name`, value: container },
        { op: 'replace', path: `${path}/image`, value: changes.get(container) },
      ];
    });
    const result = await patchObject<Deployment>(
      connection,
      resource,
      workload.namespace,
      workload.name,
      patch,
      { ...options, dryRun: true },
    );
    return {
      resource,
      namespace: workload.namespace,
      name,
      object: undefined,
      patch,
      workload,
      imagesOf: places.map(({ container }) => container),
      live,
      result,
      changes: differs(live, result),
      position: undefined,
      positionOf: undefined,
    };
  });
  return await Promise.all(planned);
}

/**
 * Plans everything that will be written, each write proven by a server-side dry run, in the order of
 * writing. Changes nothing.
 * @throws UserError at the first thing that is wrong
 */
export async function planRollout(
  connection: Connection,
  discovery: Discovery,
  request: RolloutRequest,
  options: RequestOptions,
): Promise<readonly PlannedWrite[]> {
  if (!request.manifests) return await planImages(connection, request, options);
  const objects = inOrder(prepareObjects(request.manifests, request.images, request.namespace));
  return await Promise.all(
    objects.map((object) => planObject(connection, discovery, request, object, options)),
  );
}
