import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { collectionPath, type ObjectMeta } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { ImageId } from './image-ids.ts';
import { nodeResource } from './kinds/daemon-set-nodes.ts';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const PAGE = 500;
/** What the kubelet puts on its own node (https://kubernetes.io/docs/reference/labels-annotations-taints). */
const LABEL = 'kubernetes.io/arch';

/** The architecture of each node, such as `amd64`, by name; `undefined` where nobody may tell. */
export type Architectures = ReadonlyMap<string, string> | undefined;

interface Page {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly { readonly metadata: ObjectMeta }[] | null;
}

/** Reads the labels of the nodes. The role `edit` does not let one, and that is no error. */
export async function readArchitectures(
  connection: Connection,
  options: RequestOptions,
): Promise<Architectures> {
  const found = new Map<string, string>();
  let next: string | undefined;
  try {
    do {
      const query = { limit: String(PAGE), ...(next ? { continue: next } : {}) };
      const path = collectionPath(nodeResource, '');
      const request = { method: 'GET', path, query, accept: METADATA_ONLY } as const;
      const purpose = 'list the nodes';
      const page = await connection.request<Page>({ ...request, purpose }, options);
      for (const { metadata } of page.items ?? []) {
        const architecture = metadata.labels?.[LABEL];
        if (architecture) found.set(metadata.name, architecture);
      }
      next = page.metadata.continue;
    } while (next);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  return found.size > 0 ? found : undefined;
}

function intersect<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  return [...some].some((one) => others.has(one));
}

/**
 * Whether two different digests under one tag tell two images apart: a runtime may report the image of
 * its node's platform in place of the index of all. `moved` where the same architecture, or the same node,
 * has both; `other` where each is of an architecture of its own; else `unknown`. Pure.
 */
export function tellApart(
  before: ImageId,
  now: ImageId,
  architectures: Architectures,
): 'moved' | 'other' | 'unknown' {
  const kinds = new Set(architectures?.values());
  // A cluster of one architecture has no other platform's image.
  if (kinds.size === 1) return 'moved';
  const [old, present] = [new Set(before.nodes), new Set(now.nodes)];
  if (intersect(old, present)) return 'moved';
  const of = (nodes: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...nodes].flatMap((node) => architectures?.get(node) ?? []));
  const [theirs, ours] = [of(old), of(present)];
  if (intersect(theirs, ours)) return 'moved';
  return theirs.size > 0 && ours.size > 0 ? 'other' : 'unknown';
}

/** Whether an image that ran on the nodes of `id` can be expected to run on `nodes`. Pure. */
export function runsOn(
  id: ImageId,
  nodes: readonly string[],
  architectures: Architectures,
): boolean {
  const kinds = new Set(architectures?.values());
  if (architectures === undefined || kinds.size === 1) return true;
  const ran = new Set((id.nodes ?? []).flatMap((node) => architectures.get(node) ?? []));
  return nodes.every((node) => {
    const architecture = architectures.get(node);
    return architecture === undefined || ran.size === 0 || ran.has(architecture);
  });
}
