import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { ApiError, hasCode } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { collectionPath, type KubeObject, type Resource } from './object.ts';

/** What is watched: a kind in a namespace, narrowed by selectors. */
export interface WatchTarget {
  readonly resource: Resource;
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What a watch tells its owner. Every call follows a change; objects are by UID. */
export interface WatchListener<T extends KubeObject> {
  /** The collection as it is known now: complete from the first call on. */
  onChange(objects: ReadonlyMap<string, T>): void;
  /** The stream broke and is being opened again; the collection may be behind. */
  onInterruption(reason: string): void;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  /** The server writes null for none. */
  readonly items: readonly KubeObject[] | null;
}

/** The server closes a watch after a random time; asking for one spreads the reconnects. */
const SHORTEST_WATCH = 240;
const LONGEST_WATCH = 290;
/** Bookmarks come every 60 s, so that 75 s of silence mean a dead connection. */
const SILENCE = 75_000;
/** A watch that ends sooner did not end because its time was up. */
const SHORTEST_RUN = 1_000;
const SHORTEST_BACKOFF = 250;
const LONGEST_BACKOFF = 5_000;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** The history since our last event is gone: everything has to be listed anew. */
class Expired extends Error {}
/** The server cannot send a list as the start of a watch (before Kubernetes 1.32). */
class NoInitialEvents extends Error {}

/** `object` without what no decision reads and what makes up half of its size. */
function slim<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

/**
 * Keeps a collection up to date until `signal` aborts: one open watch, which starts with the list
 * itself where the server can do that, and is opened again after every end, break, expiry and
 * silence. Never gives up by itself; the deadline is the caller's.
 * @throws ApiError when the server refuses for a reason that waiting does not cure (401, 403, 404)
 */
export async function watchCollection<T extends KubeObject>(
  connection: Connection,
  target: WatchTarget,
  listener: WatchListener<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { resource, namespace } = target;
  const objects = new Map<string, T>();
  let resourceVersion: string | undefined;
  let initialEvents = true;

  const request = (query: Readonly<Record<string, string>>, verb: string): KubeRequest => ({
    method: 'GET',
    path: collectionPath(resource, namespace),
    query: {
      ...(target.labelSelector ? { labelSelector: target.labelSelector } : {}),
      ...(target.fieldSelector ? { fieldSelector: target.fieldSelector } : {}),
      ...query,
    },
    purpose: `${verb} ${resource.name} in namespace ${namespace}`,
  });

  const replaceAll = (items: Iterable<T>, version: string): void => {
    objects.clear();
    for (const item of items) objects.set(item.metadata.uid ?? item.metadata.name, item);
    resourceVersion = version;
    listener.onChange(objects);
  };

  const list = async (): Promise<void> => {
    const answer = await connection.request<List>(request({}, 'list'), { signal });
    const { apiVersion, kind } = resource;
    replaceAll(
      (answer.items ?? []).map((item) => slim({ ...item, apiVersion, kind } as unknown as T)),
      answer.metadata.resourceVersion,
    );
  };

  /** Follows one watch to its end. */
  const follow = async (): Promise<void> => {
    const asList = resourceVersion === undefined;
    const silence = new AbortController();
    let lastEvent = clock.now();
    const watchdog = setInterval(() => {
      if (clock.now() - lastEvent > SILENCE) silence.abort(new Error('no event for 75 s'));
    }, 5_000);
    const timeout = SHORTEST_WATCH + Math.floor(Math.random() * (LONGEST_WATCH - SHORTEST_WATCH));
    const initial = new Map<string, T>();
    try {
      const chunks = await connection.stream(
        request(
          {
            watch: 'true',
            allowWatchBookmarks: 'true',
            timeoutSeconds: String(timeout),
            ...(asList
              ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
              : { resourceVersion: resourceVersion ?? '' }),
          },
          'watch',
        ),
        AbortSignal.any([signal, silence.signal]),
      );
      for await (const line of linesOf(chunks)) {
        lastEvent = clock.now();
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === 'ERROR') {
          if (object.code === 410) throw new Expired();
          throw new Error(object.message ?? 'the server reported an error');
        }
        const version = object.metadata.resourceVersion ?? '';
        const uid = object.metadata.uid ?? object.metadata.name;
        if (resourceVersion === undefined) {
          if (type === 'BOOKMARK') {
            if (object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
              replaceAll(initial.values(), version);
            }
          } else if (type === 'DELETED') initial.delete(uid);
          else initial.set(uid, slim(object as unknown as T));
          continue;
        }
        resourceVersion = version;
        if (type === 'BOOKMARK') continue;
        if (type === 'DELETED') objects.delete(uid);
        else objects.set(uid, slim(object as unknown as T));
        listener.onChange(objects);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (hasCode(error, 410)) throw new Expired();
      if (asList && (hasCode(error, 400) || hasCode(error, 422))) throw new NoInitialEvents();
      throw silence.signal.aborted ? silence.signal.reason : error;
    } finally {
      clearInterval(watchdog);
      silence.abort();
    }
  };

  for (let failures = 0; !signal.aborted; ) {
    const before = clock.now();
    try {
      if (resourceVersion === undefined && !initialEvents) await list();
      await follow();
      if (clock.now() - before > SHORTEST_RUN) {
        failures = 0;
        continue;
      }
      // Something between us and the server closes the stream at once; do not hammer it.
      throw new Error('the watch was closed as soon as it was open');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoInitialEvents) {
        initialEvents = false;
        continue;
      }
      if (error instanceof Expired) {
        resourceVersion = undefined;
        listener.onInterruption('the history had expired');
        continue;
      }
      if (error instanceof ApiError && [401, 403, 404].includes(error.code)) throw error;
      failures = clock.now() - before > 10_000 ? 1 : failures + 1;
      listener.onInterruption(errorMessage(error));
      const backoff = Math.min(LONGEST_BACKOFF, SHORTEST_BACKOFF * 2 ** (failures - 1));
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
      const pause = Math.max(asked, backoff * (0.5 + Math.random() / 2));
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }
}
