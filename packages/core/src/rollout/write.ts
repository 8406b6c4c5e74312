import { applyObject, patchObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Deployment } from '../workload/types.ts';
import type { RolloutTarget } from './observation.ts';
import type { PlannedWrite } from './plan.ts';

/** Makes one planned write; gives what is to be watched, when it was a workload. */
export async function write(
  connection: Connection,
  planned: PlannedWrite,
  forceConflicts: boolean,
  options: RequestOptions,
): Promise<RolloutTarget | undefined> {
  const { resource, namespace, object, patch, workload, live, name } = planned;
  const written = object
    ? await applyObject(connection, resource, namespace, object, {
        ...options,
        force: forceConflicts,
      })
    : await patchObject(connection, resource, namespace, workload?.name ?? '', patch, options);
  if (!workload) return undefined;
  return {
    workload,
    name,
    written: written as Deployment,
    changed: live?.metadata.generation !== written.metadata.generation,
    imagesOf: planned.imagesOf,
  };
}
