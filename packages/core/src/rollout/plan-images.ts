import { type PatchOperation, patchObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { readObjects } from '../cluster/read-objects.ts';
import { UserError } from '../errors.ts';
import { causePatch } from '../workload/change-cause.ts';
import { changesFor, checkImageChanges, type ImagePlace, imagePlaces } from '../workload/images.ts';
import { templateOf, templatePath, workloadResource } from '../workload/template.ts';
import type { PodTemplate, WorkloadRef } from '../workload/types.ts';
import type { PlannedWrite, RolloutRequest } from './plan.ts';
import { differs } from './plan-objects.ts';

interface Found {
  readonly workload: WorkloadRef;
  readonly name: string;
  readonly live: KubeObject;
  readonly template: PodTemplate;
}

/** @throws UserError for the first one that is not there */
async function findAll(
  connection: Connection,
  workloads: readonly WorkloadRef[],
  options: RequestOptions,
): Promise<readonly Found[]> {
  const kinds = [...new Set(workloads.map(({ kind }) => kind))];
  const found = new Map<string, KubeObject>();
  for (const kind of kinds) {
    const own = workloads.filter((one) => one.kind === kind);
    const namespace = own[0]?.namespace ?? '';
    const names = own.map(({ name }) => name);
    const live = await readObjects(connection, workloadResource(kind), namespace, names, options);
    for (const [name, object] of live) found.set(objectName(kind, name), object);
  }
  return workloads.map((workload) => {
    const { kind, namespace, name: bare } = workload;
    const name = objectName(kind, bare);
    const live = found.get(name);
    const template = live && templateOf(live);
    if (live && template) return { workload, name, live, template };
    throw new UserError(
      `There is no ${name} in namespace ${namespace}. Nothing was changed. ` +
        `See what is there: kubectl -n ${namespace} get ${workloadResource(kind).name}`,
    );
  });
}

/** The test makes sure that the place is still the container that we looked at. */
function setImages(
  kind: string,
  places: readonly ImagePlace[],
  changes: ReadonlyMap<string, string>,
): readonly PatchOperation[] {
  const template = templatePath(kind).join('/');
  return places.flatMap(({ list, index, container }): readonly PatchOperation[] => {
    const path = `/${template}/spec/${list}/${index}`;
    return [
      { op: 'test', path: `${path}/name`, value: container },
      { op: 'replace', path: `${path}/image`, value: changes.get(container) },
    ];
  });
}

/**
 * Plans to set images on workloads that are there.
 * @throws UserError for a workload that is not, and an image without a container
 */
export async function planImages(
  connection: Connection,
  { workloads, images, changeCause }: RolloutRequest,
  options: RequestOptions,
): Promise<readonly PlannedWrite[]> {
  const found = await findAll(connection, workloads, options);
  checkImageChanges(images, new Map(found.map(({ name, template }) => [name, template])));
  return await Promise.all(
    found.map(async ({ workload, name, live, template }): Promise<PlannedWrite> => {
      const { kind, namespace } = workload;
      const resource = workloadResource(kind);
      const changes = changesFor(images, name);
      const places = imagePlaces(template).filter(({ container }) => changes.has(container));
      const sets = setImages(kind, places, changes);
      const isNew = places.some(({ container, image }) => changes.get(container) !== image);
      const patch = isNew ? [...sets, ...causePatch(live, changeCause)] : sets;
      const dryRun = { ...options, dryRun: true };
      const result = await patchObject(
        connection,
        resource,
        namespace,
        workload.name,
        patch,
        dryRun,
      );
      return {
        resource,
        namespace,
        name,
        object: undefined,
        cause: undefined,
        patch,
        workload,
        imagesOf: places.map(({ container }) => container),
        live,
        result,
        changes: differs(live, result),
        needs: [],
        unwatched: undefined,
        position: undefined,
        positionOf: undefined,
      };
    }),
  );
}
