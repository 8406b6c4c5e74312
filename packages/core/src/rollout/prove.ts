import { applyObject, readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { untilServed, type Waiting } from '../cluster/definitions.ts';
import type { Resource } from '../cluster/object.ts';
import { withCause } from '../workload/change-cause.ts';
import type { PlannedWrite } from './plan.ts';
import { differs } from './plan-objects.ts';

/** The writes whose needs are all written by now. Pure. */
export function provable(
  plan: readonly PlannedWrite[],
  written: readonly string[],
): readonly PlannedWrite[] {
  return plan.filter(
    ({ needs }) => needs.length > 0 && needs.every((one) => written.includes(one)),
  );
}

/** Waits until the kinds of `writes` that the plan itself defines are served. */
export async function untilKindsAreServed(
  connection: Connection,
  plan: readonly PlannedWrite[],
  writes: readonly PlannedWrite[],
  waiting: Waiting,
): Promise<void> {
  const definitions = plan.filter(({ resource }) => resource.kind === 'CustomResourceDefinition');
  for (const { name, result } of definitions) {
    const kinds = writes.filter(({ needs }) => needs.includes(name)).map((one) => one.resource);
    const unique = new Map<string, Resource>(kinds.map((kind) => [JSON.stringify(kind), kind]));
    if (unique.size === 0) continue;
    await untilServed(connection, result.metadata.name, [...unique.values()], waiting);
  }
}

/**
 * Dry-runs a write whose needs are there; gives it as the server would take it.
 * @throws ApiError when the server refuses it
 */
export async function prove(
  connection: Connection,
  planned: PlannedWrite,
  force: boolean,
  options: RequestOptions,
): Promise<PlannedWrite> {
  const { resource, namespace, object } = planned;
  if (!object) return { ...planned, needs: [] };
  const { name } = object.metadata;
  const live = await readObject(connection, resource, namespace, name, options);
  const apply = { ...options, dryRun: true, force, live };
  const proposed = withCause(object, planned.cause);
  const result = await applyObject(connection, resource, namespace, proposed, apply);
  return { ...planned, live, result, changes: differs(live, result), needs: [] };
}
