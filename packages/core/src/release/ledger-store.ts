import { hasCode } from '../cluster/api-error.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import {
  collectionPath,
  type KubeObject,
  type ObjectMeta,
  objectPath,
  RESOURCES,
} from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { ReleaseContent } from './release.ts';
import { contentOf, partNames } from './stored.ts';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** The ConfigMaps of a namespace, as the ledger asks for them. */
export interface LedgerStore {
  /** The metadata of what has these labels. */
  list(selector: string, purpose: string, options?: RequestOptions): Promise<readonly ObjectMeta[]>;
  /** What has these labels, whole. */
  readAll(
    selector: string,
    purpose: string,
    options?: RequestOptions,
  ): Promise<readonly KubeObject[]>;
  /** The one of that name; `undefined` when it is not there. */
  read(name: string, options?: RequestOptions): Promise<KubeObject | undefined>;
  /**
   * What a release holds, its parts read too.
   * @throws UserError when it is not readable
   */
  content(head: KubeObject, options?: RequestOptions): Promise<ReleaseContent>;
  create(object: KubeObject, purpose: string): Promise<KubeObject>;
  change(name: string, change: object, purpose: string): Promise<void>;
  /** Removes the one of that name; that it is gone is no error. */
  remove(name: string, purpose: string): Promise<void>;
}

/** Opens the ConfigMaps of `namespace`. */
export function openStore(connection: Connection, namespace: string): LedgerStore {
  const resource = RESOURCES.configMaps;
  const collection = collectionPath(resource, namespace);
  const path = (name: string): string => objectPath(resource, namespace, name);

  const get = async <T>(
    labelSelector: string,
    purpose: string,
    options: RequestOptions | undefined,
    accept: { readonly accept?: string } = {},
  ): Promise<readonly T[]> => {
    const { items } = await connection.request<{ readonly items: readonly T[] | null }>(
      { method: 'GET', path: collection, query: { labelSelector }, purpose, ...accept },
      options,
    );
    return items ?? [];
  };
  const read: LedgerStore['read'] = (name, options) =>
    readObject(connection, resource, namespace, name, options);

  return {
    list: async (selector, purpose, options) => {
      const accept = { accept: METADATA_ONLY };
      const items = await get<{ metadata: ObjectMeta }>(selector, purpose, options, accept);
      return items.map(({ metadata }) => metadata);
    },
    readAll: (selector, purpose, options) => get<KubeObject>(selector, purpose, options),
    read,
    content: async (head, options) => {
      const names = partNames(head.metadata);
      const parts = await Promise.all(names.map((name) => read(name, options)));
      return contentOf(
        head,
        new Map(parts.flatMap((one) => (one ? [[one.metadata.name, one]] : []))),
      );
    },
    create: async (body, purpose) =>
      await connection.request<KubeObject>({ method: 'POST', path: collection, body, purpose }),
    change: async (name, body, purpose) => {
      await connection.request({
        method: 'PATCH',
        path: path(name),
        body,
        contentType: 'application/merge-patch+json',
        purpose,
      });
    },
    remove: async (name, purpose) => {
      try {
        await connection.request({ method: 'DELETE', path: path(name), purpose });
      } catch (error) {
        if (!hasCode(error, 404)) throw error;
      }
    },
  };
}

/** The same, and `undefined` for what is not readable. */
export async function readableContent(
  store: LedgerStore,
  head: KubeObject,
  options?: RequestOptions,
): Promise<ReleaseContent | undefined> {
  try {
    return await store.content(head, options);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
