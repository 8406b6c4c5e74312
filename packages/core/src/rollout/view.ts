import type { Clock } from '../clock.ts';
import type { Connection } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { watchCollection } from '../cluster/watch.ts';
import { errorMessage } from '../errors.ts';
import { type Collections, collectionKey } from '../workload/kinds/kind.ts';
import type { WatchNeed } from './watches.ts';

/** What is told of the watching itself. */
export interface ViewListener {
  /** Everything that a decision sees, before it sees it; objects by UID. */
  onObjects(key: string, objects: ReadonlyMap<string, KubeObject>, at: number): void;
  /** A stream broke, a permission is missing. */
  onNotice(message: string): void;
}

/** What the open watches show. */
export interface View {
  /** Whether every watch has shown its whole collection once, or may not be read. */
  isComplete(): boolean;
  /** Everything that is known now, and whether it is up to date. */
  read(now: number): { readonly collections: Collections; readonly current: boolean };
  /** Resolves when something has changed since it was last asked, or after `milliseconds`. */
  changed(milliseconds: number): Promise<void>;
  /** @throws ApiError when a watch that is required was refused */
  throwIfRefused(): void;
  /** Ends all watches. */
  close(): Promise<void>;
}

/** Opens the watches; nothing is judged here. */
export function openView(
  tools: {
    readonly connection: Connection;
    readonly namespace: string;
    readonly listener: ViewListener;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
  needs: readonly WatchNeed[],
): View {
  const { connection, namespace, listener, clock, signal } = tools;
  const stop = new AbortController();
  const watching = AbortSignal.any([signal, stop.signal]);
  const known = new Map<string, ReadonlyMap<string, KubeObject>>();
  const lists: Record<string, readonly KubeObject[] | undefined> = {};
  const changes = new Set<string>();
  const behind = new Set<string>();
  const unreadable = new Set<string>();
  let refusal: unknown;
  let pending = false;
  let wake: () => void = () => undefined;
  const notify = (): void => {
    pending = true;
    wake();
  };

  const watch = async (need: WatchNeed): Promise<void> => {
    const { resource, labelSelector, fieldSelector, required } = need;
    const key = collectionKey(resource);
    try {
      await watchCollection(
        connection,
        {
          resource,
          namespace: resource.namespaced ? namespace : undefined,
          ...(labelSelector ? { labelSelector } : {}),
          ...(fieldSelector ? { fieldSelector } : {}),
        },
        {
          onChange: (objects) => {
            known.set(key, objects);
            changes.add(key);
            behind.delete(key);
            notify();
          },
          onInterruption: (reason) => {
            if (required) behind.add(key);
            listener.onNotice(`The watch of ${resource.name} was interrupted: ${reason}`);
            notify();
          },
          onDegraded: (reason) => listener.onNotice(reason),
        },
        clock,
        watching,
      );
    } catch (error) {
      if (watching.aborted) return;
      if (required) refusal = error;
      else {
        unreadable.add(key);
        listener.onNotice(`${errorMessage(error)} Going on without ${resource.name}.`);
      }
      notify();
    }
  };
  const watches = needs.map(watch);

  return {
    isComplete: () =>
      needs.every(({ resource }) => {
        const key = collectionKey(resource);
        return known.has(key) || unreadable.has(key);
      }),
    read: (now) => {
      for (const key of changes) {
        const objects = known.get(key) ?? new Map<string, KubeObject>();
        lists[key] = [...objects.values()];
        listener.onObjects(key, objects, now);
      }
      changes.clear();
      return { collections: { ...lists }, current: behind.size === 0 };
    },
    changed: async (milliseconds) => {
      const pause = new AbortController();
      wake = () => pause.abort();
      if (!pending) {
        await clock
          .sleep(milliseconds, AbortSignal.any([watching, pause.signal]))
          .catch(() => undefined);
      }
      wake = () => undefined;
      pending = false;
    },
    throwIfRefused: () => {
      if (refusal !== undefined) throw refusal;
    },
    close: async () => {
      stop.abort();
      await Promise.all(watches);
    },
  };
}
