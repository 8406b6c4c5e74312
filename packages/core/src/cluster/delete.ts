import { hasCode } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { type KubeObject, objectName, objectPath, type Resource } from './object.ts';

/** What became of a deletion: it was gone already, or another object has its name now. */
export type Deletion = 'deleted' | 'gone' | 'replaced';

/**
 * Deletes exactly this object, never another of the same name that came after it. What it controls goes
 * with it, in the background.
 * @throws ApiError
 */
export async function deleteObject(
  connection: Connection,
  resource: Resource,
  object: KubeObject,
  options: RequestOptions = {},
): Promise<Deletion> {
  const { name, namespace, uid } = object.metadata;
  try {
    await connection.request(
      {
        method: 'DELETE',
        path: objectPath(resource, namespace, name),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid },
          propagationPolicy: 'Background',
        },
        purpose: `delete ${objectName(resource.kind, name)}${namespace ? ` in namespace ${namespace}` : ''}`,
      },
      options,
    );
    return 'deleted';
  } catch (error) {
    if (hasCode(error, 404)) return 'gone';
    if (hasCode(error, 409)) return 'replaced';
    throw error;
  }
}
