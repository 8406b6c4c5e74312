import { applyObject, readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { ManifestObject } from '../cluster/manifest.ts';
import { type KubeObject, objectName, type Resource } from '../cluster/object.ts';
import { readObjects } from '../cluster/read-objects.ts';
import { formatPosition, UserError } from '../errors.ts';
import { causeOf, tellsCause, withCause } from '../workload/change-cause.ts';
import { changesFor, checkImageChanges, type ImageChange, withImages } from '../workload/images.ts';
import { isWorkload, templateOf, withTemplate } from '../workload/template.ts';
import type { PodTemplate, WorkloadKind, WorkloadRef } from '../workload/types.ts';
import type { PlannedWrite, RolloutRequest } from './plan.ts';

/** What kubectl notes down of its applies, and goes at the first contact; what we note down then. */
const BOOKKEEPING = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'paal.dev/first-config-hash',
];

/** Whether two states of an object differ in what users mean by it, not in bookkeeping. */
export function differs(live: KubeObject | undefined, result: KubeObject): boolean {
  if (!live) return true;
  const plain = ({ metadata, status: _, ...rest }: KubeObject): string => {
    const annotations = Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => !BOOKKEEPING.includes(name),
    );
    return JSON.stringify([rest, metadata.labels ?? {}, annotations]);
  };
  return plain(live) !== plain(result);
}

function asWorkload(
  resource: Resource,
  { metadata: { name } }: KubeObject,
  namespace: string,
): WorkloadRef | undefined {
  if (!isWorkload(resource)) return undefined;
  return { kind: resource.kind as WorkloadKind, namespace, name };
}

/**
 * The manifests with the new images filled in; pure.
 * @throws UserError for another namespace, and for an image without a container
 */
export function prepareObjects(
  manifests: readonly ManifestObject[],
  images: readonly ImageChange[],
  namespace: string,
): readonly ManifestObject[] {
  const templates = new Map<string, PodTemplate>();
  for (const { object } of manifests) {
    const template = templateOf(object);
    if (template) templates.set(objectName(object.kind, object.metadata.name), template);
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
    const changes = changesFor(images, name);
    if (!template || changes.size === 0) return manifest;
    return { ...manifest, object: withTemplate(object, withImages(template, changes)) };
  });
}

/** An object of the manifests, and what is there of it now. */
export interface FoundObject {
  readonly manifest: ManifestObject;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly live: KubeObject | undefined;
}

/** An error about an object, with its place in the manifests. */
export function atPlace(error: unknown, { position }: Pick<ManifestObject, 'position'>): unknown {
  if (!(error instanceof UserError)) return error;
  const message = `${formatPosition(position)}: ${error.message} Nothing was changed.`;
  return new UserError(message, { cause: error, position });
}

/** The workloads among manifests that one list of their kind finds, by the kind and their name. */
async function findWorkloads(
  connection: Connection,
  namespace: string,
  resources: readonly Resource[],
  manifests: readonly ManifestObject[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, KubeObject>> {
  const names = new Map<Resource, string[]>();
  for (const [index, resource] of resources.entries()) {
    const name = manifests[index]?.object.metadata.name;
    if (!isWorkload(resource) || name === undefined) continue;
    const same = [...names.keys()].find(({ kind }) => kind === resource.kind) ?? resource;
    names.set(same, [...(names.get(same) ?? []), name]);
  }
  const found = await Promise.all(
    [...names].map(([resource, all]) => readObjects(connection, resource, namespace, all, options)),
  );
  return new Map(
    found.flatMap((objects) =>
      [...objects].map(([name, object]) => [objectName(object.kind, name), object]),
    ),
  );
}

/**
 * Looks up what is there of the objects of manifests.
 * @throws UserError, with the place in the manifests where it is about one of them
 */
export async function findObjects(
  connection: Connection,
  discovery: Discovery,
  namespace: string,
  manifests: readonly ManifestObject[],
  options: RequestOptions,
): Promise<readonly FoundObject[]> {
  const at = async <T>(manifest: ManifestObject, work: Promise<T>): Promise<T> =>
    await work.catch((error: unknown) => {
      throw atPlace(error, manifest);
    });
  const resources = await Promise.all(
    manifests.map((one) => at(one, discovery.resource(one.object.apiVersion, one.object.kind))),
  );
  const workloads = await findWorkloads(connection, namespace, resources, manifests, options);
  return await Promise.all(
    manifests.map(async (manifest, index): Promise<FoundObject> => {
      const resource = resources[index] as Resource;
      const { name } = manifest.object.metadata;
      const own = resource.namespaced ? namespace : undefined;
      const live = isWorkload(resource)
        ? workloads.get(objectName(resource.kind, name))
        : await at(manifest, readObject(connection, resource, own, name, options));
      return { manifest, resource, namespace: own, live };
    }),
  );
}

/** A planned write, and why the server refused its dry run; the write is as it is sent then. */
export interface TriedWrite {
  readonly write: PlannedWrite;
  /** With its place in the manifests; `undefined` when the server has agreed. */
  readonly refusal: unknown;
}

/**
 * Plans to apply `object`, which is `found` as it is to be written, and asks the server what it would
 * make of it.
 */
export async function planObject(
  connection: Connection,
  { forceConflicts: force, namespace: home, changeCause }: RolloutRequest,
  { manifest, resource, namespace, live }: FoundObject,
  object: KubeObject,
  options: RequestOptions,
): Promise<TriedWrite> {
  const { position, positionOf } = manifest;
  const tells = tellsCause(object.kind, object, live);
  // What changes nothing keeps the cause of the last change.
  const kept = tells ? causeOf(live) : undefined;
  const cause = tells ? changeCause : undefined;
  const write: PlannedWrite = {
    resource,
    namespace,
    name: objectName(resource.kind, object.metadata.name),
    object,
    cause,
    patch: [],
    workload: asWorkload(resource, object, home),
    imagesOf: undefined,
    live,
    result: object,
    changes: true,
    needs: [],
    unwatched: undefined,
    position,
    positionOf,
  };
  try {
    const apply = { ...options, dryRun: true, force, live };
    const tried = withCause(object, kept);
    const result = await applyObject(connection, resource, namespace, tried, apply);
    const changes = differs(live, result);
    const told = { result, changes, cause: changes ? cause : kept };
    return { write: { ...write, ...told }, refusal: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { write, refusal: error };
  }
}
