import { hasCode } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { type KubeObject, objectName, objectPath, type Resource } from './object.ts';

/**
 * Deletes exactly this object, and not one of the same name that came after it. Gives false when it
 * was gone already.
 * @throws ApiError
 */
export async function deleteObject(
  connection: Connection,
  resource: Resource,
  object: KubeObject,
  options: RequestOptions = {},
): Promise<boolean> {
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
    return true;
  } catch (error) {
    // 409: another object has its name now.
    if (hasCode(error, 404) || hasCode(error, 409)) return false;
    throw error;
  }
}
