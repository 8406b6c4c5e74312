import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { UnreachableError } from './api-error.ts';
import { type List, listingOf } from './collection.ts';
import type { Connection } from './connection.ts';
import type { KubeObject } from './object.ts';
import { lacksInitialEvents, type WatchEnd } from './reopening.ts';
import { guardSilence } from './silence.ts';
import type { WatchTarget } from './watch.ts';
import { readEvents } from './watch-events.ts';
import { listRequest, versionsRequest, watchRequest } from './watch-requests.ts';
import type { WatchState } from './watch-state.ts';

/** A list may be long, and the server begins to answer only when it has all of it. */
const LIST_TIMEOUT = 10_000;
const MISSED = 'a list shows changes that the watch has not told';

/** Takes the whole collection by one attempt at a list. */
export async function takeList<T extends KubeObject>(
  connection: Connection,
  target: WatchTarget,
  state: WatchState<T>,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, patience: 0, timeout: LIST_TIMEOUT };
  state.replace(await connection.request<List>(listRequest(target), options));
}

/** A watch's stream from its opening on, with the list before where the server cannot start with it. */
async function openStream<T extends KubeObject>(
  connection: Connection,
  target: WatchTarget,
  state: WatchState<T>,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const { collection } = state;
  const open = async (): Promise<AsyncIterable<string>> => {
    collection.begin();
    const request = watchRequest(target, collection.resourceVersion, Math.random());
    return await connection.stream(request, signal);
  };
  if (collection.resourceVersion !== undefined) return await open();
  if (state.canStartWithList) {
    try {
      return await open();
    } catch (error) {
      if (!lacksInitialEvents(error)) throw error;
      state.canStartWithList = false;
    }
  }
  await takeList(connection, target, state, signal);
  return await open();
}

/**
 * Opens one watch and follows it to its end, which it gives with the milliseconds for which it was
 * open. What it brings goes into `state`.
 */
export async function followStream<T extends KubeObject>(
  connection: Connection,
  target: WatchTarget,
  state: WatchState<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly end: WatchEnd; readonly openFor: number }> {
  const { collection } = state;
  const over = new AbortController();
  const open = AbortSignal.any([signal, over.signal]);
  let openedAt: number | undefined;
  let end: WatchEnd | undefined;

  const guard = async (): Promise<void> => {
    const options = { signal: open, patience: 0, timeout: LIST_TIMEOUT };
    const { name } = target.resource;
    const verdict = await guardSilence(
      {
        get heardAt() {
          return state.heardAt;
        },
        get provenAt() {
          return state.provenAt;
        },
        get isDoubted() {
          return state.isDoubted && collection.resourceVersion !== undefined;
        },
        get canList() {
          return state.canList;
        },
        list: async () =>
          listingOf(await connection.request<List>(versionsRequest(target), options)),
        covers: (listing) => collection.covers(listing),
        onProven: () => state.confirm(),
        onDoubt: (reason) => state.doubt(reason),
        onListDenied: (error) => {
          state.canList = false;
          state.degrade(
            'unproven',
            `The silence of the watch of ${name} is noticed only after 75 s: ${errorMessage(error)}`,
          );
        },
      },
      clock,
      open,
    );
    end =
      verdict === 'silent'
        ? { how: 'regular' }
        : { how: 'failed', error: new UnreachableError(MISSED, 'unanswered') };
    // Where no list can tell, the list at the start of a watch does.
    if (verdict === 'missed' || !state.canList) collection.startAnew();
    over.abort();
  };

  let guarding: Promise<void> = Promise.resolve();
  try {
    const chunks = await openStream(connection, target, state, open);
    openedAt = clock.now();
    state.open();
    guarding = guard().catch((error: unknown) => {
      if (open.aborted) return;
      end = { how: 'failed', error };
      over.abort();
    });
    for await (const event of readEvents(chunks)) state.take(event);
    end ??= { how: 'regular' };
    // Something between us and the server ends streams before the list has come.
    if (collection.resourceVersion === undefined) state.canStartWithList = false;
  } catch (error) {
    end ??= { how: 'failed', error };
  } finally {
    over.abort();
    await guarding;
  }
  return { end, openFor: openedAt === undefined ? 0 : clock.now() - openedAt };
}
