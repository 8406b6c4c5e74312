import type { KubeObject, ObjectMeta, Resource } from './object.ts';
import type { WatchEvent } from './watch-events.ts';

/** The names and versions of the objects of a collection at one moment. */
export interface Listing {
  readonly resourceVersion: string;
  /** The resourceVersion of each object, by `keyOf`. */
  readonly versions: ReadonlyMap<string, string>;
}

/** A list as the API server answers it. */
export interface List {
  readonly metadata: { readonly resourceVersion?: string };
  /** The server writes null for none. */
  readonly items: readonly { readonly metadata: ObjectMeta }[] | null;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

function keyOf({ uid, namespace = '', name }: ObjectMeta): string {
  return uid ?? `${namespace}/${name}`;
}

/** What a list says about names and versions. */
export function listingOf({ metadata, items }: List): Listing {
  const versions = (items ?? []).map(
    (item) => [keyOf(item.metadata), item.metadata.resourceVersion ?? ''] as const,
  );
  return { resourceVersion: metadata.resourceVersion ?? '', versions: new Map(versions) };
}

/** A collection of objects that is kept by lists and by the events of watches. */
export class Collection<T extends KubeObject> {
  private readonly resource: Resource;
  private readonly known = new Map<string, T>();
  /** What has come of a list that is sent as the start of a watch. */
  private initial: Map<string, T> | undefined;
  private version: string | undefined;

  constructor(resource: Resource) {
    this.resource = resource;
  }

  /** By UID. */
  get objects(): ReadonlyMap<string, T> {
    return this.known;
  }

  /** Up to where the collection is known; `undefined` when it has to be listed anew. */
  get resourceVersion(): string | undefined {
    return this.version;
  }

  /** Has the collection listed anew; what is known stays until that is there. */
  startAnew(): void {
    this.version = undefined;
  }

  /** A new stream begins. */
  begin(): void {
    this.initial = this.version === undefined ? new Map() : undefined;
  }

  /** Takes a whole list. */
  replace({ metadata, items }: List): void {
    const objects = (items ?? []).map((item) => this.slim(item));
    this.take(objects, metadata.resourceVersion ?? '');
  }

  /** Takes an event; says whether the collection is now complete, or changed, or neither. */
  apply({ type, object }: WatchEvent): 'complete' | 'changed' | 'same' {
    const key = keyOf(object.metadata);
    const version = object.metadata.resourceVersion ?? '';
    if (this.initial) {
      if (type === 'BOOKMARK') {
        if (object.metadata.annotations?.[INITIAL_EVENTS_END] !== 'true') return 'same';
        this.take(this.initial.values(), version);
        return 'complete';
      }
      if (type === 'DELETED') this.initial.delete(key);
      else this.initial.set(key, this.slim(object));
      return 'same';
    }
    this.version = version;
    if (type === 'BOOKMARK') return 'same';
    if (type === 'DELETED') this.known.delete(key);
    else this.known.set(key, this.slim(object));
    return 'changed';
  }

  /**
   * Whether nothing of what was listed has been missed: the same is known, or the watch has come
   * further since. Versions are compared as numbers, as Kubernetes 1.35 allows (KEP-5504).
   */
  covers(listing: Listing): boolean {
    if (this.version === undefined) return false;
    if (Number(this.version) >= Number(listing.resourceVersion)) return true;
    if (!this.equals(listing)) return false;
    // A watch from here on misses nothing, and its history expires later.
    this.version = listing.resourceVersion;
    return true;
  }

  /** Whether the very objects that were listed are known, in the versions that were listed. */
  equals({ versions }: Listing): boolean {
    return (
      versions.size === this.known.size &&
      [...this.known].every(
        ([key, { metadata }]) => versions.get(key) === (metadata.resourceVersion ?? ''),
      )
    );
  }

  private take(objects: Iterable<T>, version: string): void {
    this.known.clear();
    for (const object of objects) this.known.set(keyOf(object.metadata), object);
    this.initial = undefined;
    this.version = version;
  }

  /** Without what no decision reads and what makes up half of the size; items of lists have no kind. */
  private slim(object: { readonly metadata: ObjectMeta }): T {
    const { managedFields: _, ...metadata } = object.metadata;
    const { apiVersion, kind } = this.resource;
    return { apiVersion, kind, ...object, metadata } as unknown as T;
  }
}
