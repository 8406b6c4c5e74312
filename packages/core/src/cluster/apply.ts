import { adoption, settles } from './adoption.ts';
import { previewOf } from './adoption-preview.ts';
import { ApiError, hasCode, type StatusCause } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';
import type { PatchOperation } from './json-patch.ts';
import { type KubeObject, objectName, objectPath, type Resource } from './object.ts';

export { type PatchOperation, pointerSegment } from './json-patch.ts';

/** The name under which the API server records the fields that we set. */
export const FIELD_MANAGER = 'paal';

/** How an object is applied. */
export interface ApplyOptions extends RequestOptions {
  /** The server does everything but store the result. */
  readonly dryRun?: boolean;
  /** Takes fields from other managers instead of refusing. */
  readonly force?: boolean;
  /**
   * The object as it was read before, `undefined` when there was none: saves a request. Where others
   * have written since, it is read again.
   */
  readonly live?: KubeObject | undefined;
}

/** One field that another manager holds at another value. */
export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

/** The conflicts that a refused apply names; empty for any other error. */
export function conflictsOf(error: unknown): readonly Conflict[] {
  if (!hasCode(error, 409)) return [];
  const causes: readonly StatusCause[] = (error as ApiError).status.details?.causes ?? [];
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({
      manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? 'another manager',
      field: field.replace(/^\./, ''),
    }));
}

function explainConflicts(
  object: KubeObject,
  error: unknown,
  conflicts: readonly Conflict[],
): unknown {
  if (conflicts.length === 0) return error;
  const list = conflicts.map(({ manager, field }) => `${field} (set by ${manager})`).join(', ');
  const { code, status } = error as ApiError;
  return new ApiError(
    `${objectName(object.kind, object.metadata.name)} was not applied, because others manage fields ` +
      `that it sets: ${list}. Leave these fields out of the manifest, or take them over with ` +
      'force-conflicts: true.',
    code,
    status,
    undefined,
  );
}

const MOST_ATTEMPTS = 5;

/** Makes ours what is ours to apply (see `adoption`), whoever writes to the object meanwhile. */
async function adopt(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
  object: KubeObject,
  live: KubeObject | undefined,
  options: ApplyOptions,
): Promise<void> {
  const { name } = object.metadata;
  let seen = live;
  for (let attempt = 1; ; attempt += 1) {
    const wanted = seen && adoption(seen, object, FIELD_MANAGER);
    if (!wanted) return;
    try {
      await patchObject(connection, resource, namespace, name, wanted.operations, options);
      return;
    } catch (error) {
      // Somebody touched the same entries just now, or the object is gone.
      const outdated = [404, 409, 422].some((code) => hasCode(error, code));
      if (!outdated || attempt === MOST_ATTEMPTS) throw error;
      seen = await readObject(connection, resource, namespace, name, options);
    }
  }
}

/** `object` with the replicas that are live, where it leaves them to others. */
function withLiveReplicas(object: KubeObject, live: KubeObject | undefined): KubeObject {
  const spec = object.spec as { readonly replicas?: unknown } | undefined;
  const { replicas } = (live?.spec ?? {}) as { readonly replicas?: unknown };
  if (!spec || spec.replicas !== undefined || replicas === undefined) return object;
  return { ...object, spec: { ...spec, replicas } };
}

/**
 * Server-side apply of `object` as it stands, unknown fields refused. Gives what the server made of it.
 *
 * Before that, one write makes ours what is ours to apply: see `adoption`. A dry run cannot store that;
 * it works out what would come of it.
 * @throws ApiError that names field and manager of every conflict
 */
export async function applyObject(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
  object: KubeObject,
  options: ApplyOptions = {},
): Promise<KubeObject> {
  const { name } = object.metadata;
  const { dryRun = false, force = false } = options;
  const send = async (body: KubeObject, forced: boolean): Promise<KubeObject> =>
    await connection.request<KubeObject>(
      {
        method: 'PATCH',
        path: objectPath(resource, namespace, name),
        query: {
          fieldManager: FIELD_MANAGER,
          fieldValidation: 'Strict',
          ...(forced ? { force: 'true' } : {}),
          ...(dryRun ? { dryRun: 'All' } : {}),
        },
        body,
        contentType: 'application/apply-patch+yaml',
        purpose: `apply ${objectName(object.kind, name)}${namespace ? ` in namespace ${namespace}` : ''}`,
      },
      options,
    );
  const live =
    'live' in options
      ? options.live
      : await readObject(connection, resource, namespace, name, options);
  if (!dryRun) {
    const write = async (seen: KubeObject | undefined): Promise<KubeObject> => {
      await adopt(connection, resource, namespace, object, seen, options);
      return await send(object, force);
    };
    try {
      return await write(live).catch(async (error: unknown) => {
        if (!('live' in options) || conflictsOf(error).length === 0) throw error;
        return await write(await readObject(connection, resource, namespace, name, options));
      });
    } catch (error) {
      throw explainConflicts(object, error, conflictsOf(error));
    }
  }
  const wanted = live && adoption(live, object, FIELD_MANAGER);
  const body = withLiveReplicas(object, live);
  const applied = await send(body, force).catch(async (error: unknown) => {
    const conflicts = conflictsOf(error);
    const others = conflicts.filter(
      (conflict) =>
        !(wanted && settles(wanted, conflict)) &&
        (body === object || conflict.field !== 'spec.replicas'),
    );
    if (conflicts.length === 0 || others.length > 0) throw explainConflicts(object, error, others);
    return await send(body, true);
  });
  const preview = wanted && previewOf(wanted, applied);
  if (!preview) return applied;
  return await patchObject(connection, resource, namespace, name, preview, options);
}

/** The object, or `undefined` when there is none of that name. */
export async function readObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  options: RequestOptions = {},
): Promise<T | undefined> {
  try {
    return await connection.request<T>(
      {
        method: 'GET',
        path: objectPath(resource, namespace, name),
        purpose: `read ${objectName(resource.kind, name)}${namespace ? ` in namespace ${namespace}` : ''}`,
      },
      options,
    );
  } catch (error) {
    if (hasCode(error, 404)) return undefined;
    throw error;
  }
}

/**
 * Changes parts of an object in one write. A failed `test` is a 422, and nothing has changed.
 * @throws ApiError
 */
export async function patchObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  operations: readonly PatchOperation[],
  options: ApplyOptions = {},
): Promise<T> {
  return await connection.request<T>(
    {
      method: 'PATCH',
      path: objectPath(resource, namespace, name),
      query: { fieldManager: FIELD_MANAGER, ...(options.dryRun ? { dryRun: 'All' } : {}) },
      body: operations,
      contentType: 'application/json-patch+json',
      purpose: `change ${objectName(resource.kind, name)}${namespace ? ` in namespace ${namespace}` : ''}`,
    },
    options,
  );
}
