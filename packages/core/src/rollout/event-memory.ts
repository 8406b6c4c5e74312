import type { Event } from '../workload/types.ts';

/** What has been seen of one event. Times are on our own clock. */
export interface EventMemory {
  /** Since when it is news; `undefined` for one that was there before the rollout, and did not recur. */
  readonly since: number | undefined;
  /** Changes whenever it recurs. */
  readonly version: string;
}

/** An event's key in {@link rememberEvents}. */
export function eventKey({ metadata }: Event): string {
  return metadata.uid ?? metadata.name;
}

/** When an event happened last, as the server says it; only to compare events with each other. */
export function eventTime({ series, lastTimestamp, eventTime }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '';
}

/** How often an event has happened. */
export function eventCount({ series, count }: Event): number {
  return series?.count ?? count ?? 1;
}

/**
 * What is remembered of events after one more look. Events live for an hour and are counted up when
 * they recur (client-go tools/record), so what the first look shows of the object itself may be about
 * an earlier rollout. Its new pods have no earlier rollout.
 * @param stale the UID of what may have old events now; `undefined` when all are news
 */
export function rememberEvents(
  before: ReadonlyMap<string, EventMemory>,
  events: readonly Event[],
  stale: string | undefined,
  now: number,
): ReadonlyMap<string, EventMemory> {
  return new Map(
    events.map((event) => {
      const key = eventKey(event);
      const version = `${eventCount(event)} ${eventTime(event)}`;
      const known = before.get(key);
      if (known && (known.since !== undefined || known.version === version)) return [key, known];
      const old = stale !== undefined && event.involvedObject.uid === stale;
      return [key, { since: old ? undefined : now, version }];
    }),
  );
}
