import type { Clock } from '../clock.ts';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { objectName } from '../cluster/object.ts';
import { type Live, WorkloadAbsentError } from '../workload/live.ts';
import { workloadResource } from '../workload/template.ts';
import type { WorkloadRef } from '../workload/types.ts';
import { observationOf } from './observation.ts';
import type { RolloutTarget } from './target.ts';
import { openView, type View } from './view.ts';
import { watchesFor } from './watches.ts';

/** What looking at workloads needs. */
export interface LiveTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears when a stream broke, or something may not be read. */
  readonly onNotice: (message: string) => void;
}

/** A look that has to be ended. */
export interface OpenLive extends Live {
  /** Ends all watches. */
  close(): Promise<void>;
}

/** A change is seen at once; this is for what no change tells, such as a refusal. */
const LONGEST_WAIT = 1_000;
/** Until everything was seen once. */
const PATIENCE_FIRST = 10_000;
/** For a stream that broke: most are whole again within a second. */
const PATIENCE_BEHIND = 3_000;

interface Opened {
  readonly view: View;
  readonly targets: readonly RolloutTarget[];
}

async function targetOf(
  { connection, signal }: LiveTools,
  workload: WorkloadRef,
): Promise<RolloutTarget> {
  const { kind, namespace, name } = workload;
  const resource = workloadResource(kind);
  const written = await readObject(connection, resource, namespace, name, { signal });
  if (!written) {
    throw new WorkloadAbsentError(
      `There is no ${objectName(kind, name)} in namespace ${namespace}, whose pods are to be verified.`,
    );
  }
  const shared = { resource, namespace, written, workload, changed: false, imagesOf: undefined };
  return { ...shared, name: objectName(kind, name) };
}

/**
 * Looks at `workloads`, all of one namespace, by one open watch a kind; from the first time that they are
 * read on.
 * @param ageAtStart milliseconds since their release began, by the API server's clock
 */
export function openLive(
  tools: LiveTools,
  workloads: readonly WorkloadRef[],
  ageAtStart: number | undefined,
): OpenLive {
  const { connection, namespace, clock, onNotice } = tools;
  const begin = clock.now();
  let opened: Promise<Opened> | undefined;
  let trouble = 'nothing was heard of it yet';

  /** What cannot be opened is tried anew at the next read. */
  const reopened = (): Promise<Opened> =>
    open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });

  const open = async (): Promise<Opened> => {
    const targets = await Promise.all(workloads.map((workload) => targetOf(tools, workload)));
    const tell = (message: string): void => {
      trouble = message;
      onNotice(message);
    };
    const listener = { onObjects: () => undefined, onNotice: tell };
    return { targets, view: openView({ ...tools, listener }, watchesFor(targets)) };
  };

  /** Waits until what the watches show is the present. */
  const settle = async (view: View, signal: AbortSignal): Promise<void> => {
    const start = clock.now();
    for (;;) {
      signal.throwIfAborted();
      view.throwIfRefused();
      const complete = view.isComplete();
      if (complete && view.read(clock.now()).current) return;
      const left = start + (complete ? PATIENCE_BEHIND : PATIENCE_FIRST) - clock.now();
      if (left <= 0) {
        throw new UnreachableError(
          `What runs in namespace ${namespace} is not known at the moment: ${trouble}`,
          'broken',
        );
      }
      await view.changed(Math.min(LONGEST_WAIT, left));
    }
  };

  /** Watches that were refused have ended: the next read begins anew, and may be allowed by then. */
  const giveUp = async (attempt: Promise<Opened>): Promise<void> => {
    if (opened !== attempt) return;
    opened = undefined;
    await (await attempt).view.close();
  };

  return {
    connection,
    namespace,
    names: workloads.map(({ kind, name }) => objectName(kind, name)),
    age: () => (ageAtStart === undefined ? undefined : ageAtStart + clock.now() - begin),
    read: async (signal) => {
      opened ??= reopened();
      const attempt = opened;
      try {
        const { view, targets } = await attempt;
        await settle(view, signal);
        const { collections } = view.read(clock.now());
        return targets.map((target, index) => {
          const { object, related, progress, events } = observationOf(collections, target);
          const { pods, newPods } = related;
          const workload = workloads[index] as WorkloadRef;
          return { workload, object, pods, newPods, progress, events };
        });
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ApiError) await giveUp(attempt);
        throw error;
      }
    },
    close: async () => {
      const { view } = (await opened?.catch(() => undefined)) ?? {};
      await view?.close();
    },
  };
}
