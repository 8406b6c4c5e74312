import { ApiError, hasCode, type StatusCause } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { type KubeObject, objectName, objectPath, type Resource } from './object.ts';

/** The name under which the API server records the fields that we set. */
export const FIELD_MANAGER = 'paal';

/** How an object is applied. */
export interface ApplyOptions extends RequestOptions {
  /** The server does everything but store the result. */
  readonly dryRun?: boolean;
  /** Takes fields from other managers instead of refusing. */
  readonly force?: boolean;
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

function explainConflicts(object: KubeObject, error: unknown): unknown {
  const conflicts = conflictsOf(error);
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

/**
 * Server-side apply of `object` as it stands, unknown fields refused. Gives what the server made of it.
 *
 * To the server our applies and our other updates are different managers, so that after a revert an
 * apply conflicts with ourselves; such conflicts, and only such, are taken over, guarded by the
 * resourceVersion against a change by somebody else in between.
 * @throws ApiError that names field and manager of every conflict
 */
export async function applyObject(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
  object: KubeObject,
  options: ApplyOptions = {},
): Promise<KubeObject> {
  const name = objectName(object.kind, object.metadata.name);
  const send = async (force: boolean, body: KubeObject): Promise<KubeObject> =>
    await connection.request<KubeObject>(
      {
        method: 'PATCH',
        path: objectPath(resource, namespace, object.metadata.name),
        query: {
          fieldManager: FIELD_MANAGER,
          fieldValidation: 'Strict',
          ...(force ? { force: 'true' } : {}),
          ...(options.dryRun ? { dryRun: 'All' } : {}),
        },
        body,
        contentType: 'application/apply-patch+yaml',
        purpose: `apply ${name}${namespace ? ` in namespace ${namespace}` : ''}`,
      },
      options,
    );
  try {
    return await send(options.force ?? false, object);
  } catch (error) {
    const conflicts = conflictsOf(error);
    const onlyOurs = conflicts.every(({ manager }) => manager === FIELD_MANAGER);
    if (conflicts.length === 0 || !onlyOurs) throw explainConflicts(object, error);
    const live = await readObject(connection, resource, namespace, object.metadata.name, options);
    const resourceVersion = live?.metadata.resourceVersion;
    const guarded = { ...object, metadata: { ...object.metadata, resourceVersion } };
    return await send(true, guarded as KubeObject);
  }
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

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

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

/** A name as one segment of a JSON pointer (RFC 6901). */
export function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
