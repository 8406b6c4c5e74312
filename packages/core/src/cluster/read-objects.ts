import { hasCode } from './api-error.ts';
import { readObject } from './apply.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { collectionPath, type KubeObject, type Resource } from './object.ts';

/** Objects a page, as many as kubectl asks for at once (`--chunk-size`). */
const PAGE = 500;

interface Page {
  readonly metadata: { readonly continue?: string };
  /** The server writes null for none. */
  readonly items: readonly KubeObject[] | null;
}

/**
 * Those of the named objects that are in a list of their kind, by name, page by page.
 * @param narrowing what narrows the list, such as a `labelSelector`
 * @throws ApiError
 */
export async function listNamed(
  connection: Connection,
  resource: Resource,
  namespace: string,
  names: ReadonlySet<string>,
  options: RequestOptions,
  narrowing: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, KubeObject>> {
  const { apiVersion, kind, name } = resource;
  const found = new Map<string, KubeObject>();
  let next: string | undefined;
  do {
    const query = { ...narrowing, limit: String(PAGE), ...(next ? { continue: next } : {}) };
    const path = collectionPath(resource, namespace);
    const purpose = `list ${name} in namespace ${namespace}`;
    const page = await connection.request<Page>({ method: 'GET', path, query, purpose }, options);
    for (const item of page.items ?? []) {
      // In lists of the built-in kinds the server leaves these out.
      if (names.has(item.metadata.name))
        found.set(item.metadata.name, { ...item, apiVersion, kind });
    }
    next = page.metadata.continue;
  } while (next);
  return found;
}

/**
 * Those of the named objects that are there, by name: one alone is read, several are picked from a list
 * of their kind, so that requests do not grow with them. Who may not list reads each.
 * @throws ApiError
 */
export async function readObjects(
  connection: Connection,
  resource: Resource,
  namespace: string,
  names: readonly string[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, KubeObject>> {
  if (names.length > 1) {
    try {
      return await listNamed(connection, resource, namespace, new Set(names), options);
    } catch (error) {
      // 410: what is left of the list has expired.
      if (!hasCode(error, 403) && !hasCode(error, 410)) throw error;
    }
  }
  const read = await Promise.all(
    names.map(async (name) => await readObject(connection, resource, namespace, name, options)),
  );
  return new Map(
    read.flatMap((object) => (object ? [[object.metadata.name, object] as const] : [])),
  );
}
