import { isDeepStrictEqual } from 'node:util';
import { applyObject, patchObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { withCause } from '../workload/change-cause.ts';
import { type PlannedWrite, plannedTarget } from './plan.ts';
import { differs } from './plan-objects.ts';
import type { RolloutTarget } from './target.ts';

/**
 * Whether there is something new to be waited for. A generation rises with annotations, too, what has no
 * spec has no generation, and a resourceVersion rises with bookkeeping. Pure.
 */
export function hasChanged(live: KubeObject | undefined, written: KubeObject): boolean {
  if (!live || live.metadata.uid !== written.metadata.uid) return true;
  return written.spec === undefined
    ? differs(live, written)
    : !isDeepStrictEqual(live.spec, written.spec);
}

/** Makes one planned write; gives what is to be watched, where there is something to wait for. */
export async function write(
  connection: Connection,
  planned: PlannedWrite,
  forceConflicts: boolean,
  options: RequestOptions,
): Promise<RolloutTarget | undefined> {
  const { resource, namespace, object, cause, patch, live, result } = planned;
  const { name } = result.metadata;
  const written = object
    ? await applyObject(connection, resource, namespace, withCause(object, cause), {
        ...options,
        force: forceConflicts,
        live,
      })
    : await patchObject(connection, resource, namespace, name, patch, options);
  const target = plannedTarget(planned);
  return target && { ...target, written, changed: hasChanged(live, written) };
}
