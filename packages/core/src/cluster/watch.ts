import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { ApiError, hasCode, rbacRules } from './api-error.ts';
import type { Connection } from './connection.ts';
import type { KubeObject, Resource } from './object.ts';
import { isFinal, reopening } from './reopening.ts';
import { WatchState } from './watch-state.ts';
import { followStream, takeList } from './watch-stream.ts';

/** What is watched: a kind in a namespace, narrowed by selectors. */
export interface WatchTarget {
  readonly resource: Resource;
  /** `undefined` for what has no namespace, and for all namespaces. */
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What a watch tells its owner. Objects are by UID. */
export interface WatchListener<T extends KubeObject> {
  /**
   * The collection as it is known now: complete from the first call on. Called after every change, and
   * again when the stream is whole after an interruption, also when nothing changed meanwhile.
   */
  onChange(objects: ReadonlyMap<string, T>): void;
  /**
   * The collection may be behind: the stream broke, or has been silent and the question whether it
   * still lives has no answer yet. Ended by the next `onChange`.
   */
  onInterruption(reason: string): void;
  /**
   * Once per way of working that is less than a watch: RBAC denies `watch`, so the collection is
   * listed again and again; or `list`, so that silence proves nothing for longer.
   */
  onDegraded(reason: string): void;
}

/** How often a collection is listed that cannot be watched, and for how long until the next try. */
const POLL_INTERVAL = 2_000;
const POLL_PERIOD = 60_000;

function isWatchDenied(error: unknown): error is ApiError {
  return hasCode(error, 403) && (error as ApiError).rule?.verb === 'watch';
}

/** Where not even lists are allowed, both rules are missing. */
function bothDenied(watch: ApiError, list: unknown): unknown {
  if (!hasCode(list, 403)) return list;
  const rules = [(list as ApiError).rule, watch.rule].filter((rule) => rule !== undefined);
  const message = watch.message.replace(rbacRules(rules.slice(-1)), rbacRules(rules));
  return new ApiError(message, watch.code, watch.status, undefined, watch.rule);
}

/**
 * Keeps a collection up to date until `signal` aborts: one open watch, which starts with the list
 * itself where the server can do that, and is opened again after every end, break, expiry and
 * silence; lists instead, where RBAC denies the watch. Once the collection was complete it never
 * gives up by itself; the deadline is the caller's.
 * @throws ApiError when the server refuses from the start for a reason that waiting does not cure
 *   (403, 404)
 */
export async function watchCollection<T extends KubeObject>(
  connection: Connection,
  target: WatchTarget,
  listener: WatchListener<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const state = new WatchState(target, listener, clock);
  let denied: ApiError | undefined;
  let watchAgainAt = 0;

  const poll = async (): ReturnType<typeof followStream> => {
    const begin = clock.now();
    try {
      await takeList(connection, target, state, signal);
      const { name } = target.resource;
      const instead = `The ${name} are listed every ${POLL_INTERVAL / 1_000} s instead of watched`;
      state.degrade('polling', `${instead}: ${errorMessage(denied)}`);
      await clock.sleep(POLL_INTERVAL, signal);
      return { end: { how: 'regular' }, openFor: clock.now() - begin };
    } catch (error) {
      return { end: { how: 'failed', error }, openFor: 0 };
    }
  };

  for (let failures = 0; !signal.aborted; ) {
    const isPolling = denied !== undefined && clock.now() < watchAgainAt;
    const { end, openFor } = isPolling
      ? await poll()
      : await followStream(connection, target, state, clock, signal);
    if (signal.aborted) return;
    if (end.how === 'failed') {
      const { error } = end;
      if (isWatchDenied(error)) {
        denied = error;
        watchAgainAt = clock.now() + POLL_PERIOD;
        continue;
      }
      if (!state.wasComplete && isFinal(error)) throw denied ? bothDenied(denied, error) : error;
      const isExpired = hasCode(error, 410);
      if (isExpired || !state.canList) state.collection.startAnew();
      state.doubt(isExpired ? 'the history had expired' : errorMessage(error));
    }
    const next = reopening(end, failures, openFor, Math.random());
    failures = next.failures;
    await clock.sleep(next.pause, signal).catch(() => undefined);
  }
}
