import { applyObject, readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { ManifestObject } from '../cluster/manifest.ts';
import { type KubeObject, objectName, type Resource } from '../cluster/object.ts';
import { formatPosition } from '../config/yaml.ts';
import { UserError } from '../errors.ts';
import { changesFor, checkImageChanges, type ImageChange, withImages } from '../workload/images.ts';
import { isWorkload, templateOf, withTemplate } from '../workload/template.ts';
import type { PodTemplate, WorkloadKind, WorkloadRef } from '../workload/types.ts';
import type { PlannedWrite, RolloutRequest } from './plan.ts';

/** Whether two states of an object differ in what users mean by it, not in bookkeeping. */
export function differs(live: KubeObject | undefined, result: KubeObject): boolean {
  if (!live) return true;
  const plain = ({ metadata, status: _, ...rest }: KubeObject): string =>
    JSON.stringify([rest, metadata.labels ?? {}, metadata.annotations ?? {}]);
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
function atPlace(error: unknown, { position }: ManifestObject): unknown {
  if (!(error instanceof UserError)) return error;
  const message = `${formatPosition(position)}: ${error.message} Nothing was changed.`;
  return new UserError(message, { cause: error, position });
}

/**
 * Looks up what is there of an object.
 * @throws UserError with its place in the manifests
 */
export async function findObject(
  connection: Connection,
  discovery: Discovery,
  namespace: string,
  manifest: ManifestObject,
  options: RequestOptions,
): Promise<FoundObject> {
  const { apiVersion, kind, metadata } = manifest.object;
  try {
    const resource = await discovery.resource(apiVersion, kind);
    const own = resource.namespaced ? namespace : undefined;
    const live = await readObject(connection, resource, own, metadata.name, options);
    return { manifest, resource, namespace: own, live };
  } catch (error) {
    throw atPlace(error, manifest);
  }
}

/**
 * Plans to apply `object`, which is `found` as it is to be written.
 * @throws UserError with its place in the manifests
 */
export async function planObject(
  connection: Connection,
  { forceConflicts: force, namespace: home }: RolloutRequest,
  { manifest, resource, namespace, live }: FoundObject,
  object: KubeObject,
  options: RequestOptions,
): Promise<PlannedWrite> {
  const { position, positionOf } = manifest;
  try {
    const apply = { ...options, dryRun: true, force, live };
    const result = await applyObject(connection, resource, namespace, object, apply);
    return {
      resource,
      namespace,
      name: objectName(resource.kind, object.metadata.name),
      object,
      patch: [],
      workload: asWorkload(resource, object, home),
      imagesOf: undefined,
      live,
      result,
      changes: differs(live, result),
      unwatched: undefined,
      position,
      positionOf,
    };
  } catch (error) {
    throw atPlace(error, manifest);
  }
}
