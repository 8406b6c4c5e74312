import { virtualClock } from '../clock.test-data.ts';
import { ApiError } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { type KubeObject, RESOURCES } from './object.ts';
import { watchCollection } from './watch.ts';

/** What the scripted server does with one request for a watch. */
export type Answer = readonly (object | Error | 'hang')[];

export function pod(name: string, resourceVersion = '1'): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name, resourceVersion } };
}

export const added = (object: KubeObject) => ({ type: 'ADDED', object });

export const initialEnd = (resourceVersion: string) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});

export function refusal(code: number, verb = 'watch', retryAfter?: number): ApiError {
  const rule = { group: '', resource: 'pods', verb };
  const advice = code === 403 ? ` Add this rule to a Role of the user:\n${ruleText(verb)}` : '';
  const message = `The API server refused to ${verb} pods (${code}): no.${advice}`;
  return new ApiError(message, code, {}, retryAfter, rule);
}

export const ruleText = (...verbs: readonly string[]): string =>
  `- {"apiGroups":[""],"resources":["pods"],"verbs":${JSON.stringify(verbs)}}`;

/** A list as a scripted server gives it: its version, and the objects. */
export type Page = readonly [string, readonly KubeObject[]] | Error;

/**
 * A double of a connection: it answers from a script, because no real API server breaks, refuses and
 * falls silent in a given order; what it does then is tested through the fault proxy (test/e2e).
 * When the script is at its end, watches stay open, and the last list is given again.
 */
function scripted(watches: readonly Answer[], lists: readonly Page[]) {
  const asked: KubeRequest[] = [];
  const [streams, pages] = [[...watches], [...lists]];
  const connection: Connection = {
    forward: () => Promise.reject(new Error('nothing is forwarded')),
    server: '',
    namespace: '',
    close: async () => undefined,
    request: async <T>(request: KubeRequest): Promise<T> => {
      asked.push(request);
      const page = pages.length > 1 ? pages.shift() : pages[0];
      if (page instanceof Error) throw page;
      const [resourceVersion, items] = page ?? ['0', []];
      return { metadata: { resourceVersion }, items } as T;
    },
    stream: async (request, signal) => {
      asked.push(request);
      const answer = streams.shift() ?? ['hang'];
      if (answer[0] instanceof Error) throw answer[0];
      return (async function* () {
        for (const item of answer) {
          if (item instanceof Error) throw item;
          if (item === 'hang') {
            await new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason)),
            );
          }
          yield `${JSON.stringify(item)}\n`;
        }
      })();
    },
  };
  return { connection, asked };
}

/** Watches the pods of a scripted server. */
export function watching(watches: readonly Answer[], lists: readonly Page[] = []) {
  const { connection, asked } = scripted(watches, lists);
  const clock = virtualClock();
  const stop = new AbortController();
  const seen = {
    states: [] as (readonly string[])[],
    notices: [] as string[],
    degraded: [] as string[],
    /** All that was told, in order. */
    told: [] as ('change' | 'interruption')[],
    error: undefined as Error | undefined,
  };
  const done = watchCollection(
    connection,
    { resource: RESOURCES.pods, namespace: 'shop', labelSelector: 'app=web' },
    {
      onChange: (objects) => {
        seen.states.push([...objects.keys()].sort());
        seen.told.push('change');
      },
      onInterruption: (reason) => {
        seen.notices.push(reason);
        seen.told.push('interruption');
      },
      onDegraded: (reason) => seen.degraded.push(reason),
    },
    clock,
    stop.signal,
  ).catch((error: Error) => {
    seen.error = error;
  });
  /** Lets time pass until `condition` holds, and ends the watch. */
  const until = async (condition: () => boolean): Promise<void> => {
    await clock.until(() => condition() || seen.error !== undefined);
    stop.abort();
    await done;
  };
  /** Lets the collection change so many times, and ends the watch. */
  const changes = (number: number): Promise<void> => until(() => seen.states.length >= number);
  return { seen, asked, clock, until, changes };
}
