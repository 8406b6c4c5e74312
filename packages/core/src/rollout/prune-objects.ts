import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { deleteObject } from '../cluster/delete.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { Resource } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { ObjectRef } from '../release/inventory.ts';
import type { Leftover } from './prune.ts';

/** What became of an object that was to be deleted. */
export interface Pruned {
  readonly ref: ObjectRef;
  /** `gone`: somebody else was quicker. `replaced`: another object has its name now, and stays. */
  readonly outcome: 'deleted' | 'gone' | 'replaced' | 'failed';
  /** Why it failed. */
  readonly message?: string;
}

/** Where a kind is; `undefined` when the cluster has it no longer, and its objects went with it. */
async function place(discovery: Discovery, ref: ObjectRef): Promise<Resource | undefined> {
  try {
    return await discovery.resource(ref.apiVersion, ref.kind);
  } catch (error) {
    const unanswered = error instanceof ApiError || error instanceof UnreachableError;
    if (error instanceof UserError && !unanswered) return undefined;
    throw error;
  }
}

/** Reads leftovers, one after another; what is gone is left out. */
export async function readLeftovers(
  connection: Connection,
  discovery: Discovery,
  refs: readonly ObjectRef[],
  options: RequestOptions = {},
): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  for (const ref of refs) {
    const resource = await place(discovery, ref);
    if (!resource) continue;
    const namespace = resource.namespaced ? ref.namespace : undefined;
    const live = await readObject(connection, resource, namespace, ref.name, options);
    if (live) found.push({ ref: { ...ref, namespace }, live });
  }
  return found;
}

async function remove(
  connection: Connection,
  discovery: Discovery,
  { ref, live }: Leftover,
  options: RequestOptions,
): Promise<Pruned> {
  try {
    const resource = await discovery.resource(ref.apiVersion, ref.kind);
    return { ref, outcome: await deleteObject(connection, resource, live, options) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ref, outcome: 'failed', message: errorMessage(error) };
  }
}

/**
 * Deletes leftovers, one at a time; their pods go with them, in the background. A failure ends nothing:
 * the release serves, and the next one tries again.
 */
export async function deleteLeftovers(
  connection: Connection,
  discovery: Discovery,
  leftovers: readonly Leftover[],
  options: RequestOptions = {},
): Promise<readonly Pruned[]> {
  const pruned: Pruned[] = [];
  for (const leftover of leftovers) {
    options.signal?.throwIfAborted();
    pruned.push(await remove(connection, discovery, leftover, options));
  }
  return pruned;
}
