import { systemClock } from '@paal/core/clock';
import type { Connection } from '@paal/core/cluster/connection';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { watchCollection } from '@paal/core/cluster/watch';

/** What the owner of a watch was told. */
export interface Watched {
  states: number;
  /** Of the objects, as they were told last. */
  names: string[];
  notices: string[];
  degraded: string[];
  /** Whether there was an interruption since the last state. */
  interrupted: boolean;
  /** The error with which the watch ended by itself. */
  ended: string;
}

/** Watches the ConfigMaps of a namespace by what the actions use. */
export function watchConfigMaps(
  connection: Connection,
  namespace: string,
): { readonly seen: Watched; readonly stop: () => Promise<void> } {
  const ending = new AbortController();
  const seen: Watched = {
    states: 0,
    names: [],
    notices: [],
    degraded: [],
    interrupted: false,
    ended: '',
  };
  const done = watchCollection<KubeObject>(
    connection,
    { resource: RESOURCES.configMaps, namespace },
    {
      onChange: (objects) => {
        seen.states += 1;
        seen.names = [...objects.values()].map(({ metadata }) => metadata.name);
        seen.interrupted = false;
      },
      onInterruption: (reason) => {
        seen.notices.push(reason);
        seen.interrupted = true;
      },
      onDegraded: (reason) => seen.degraded.push(reason),
    },
    systemClock,
    ending.signal,
  ).catch((error: Error) => {
    seen.ended = error.message;
  });
  return {
    seen,
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}
