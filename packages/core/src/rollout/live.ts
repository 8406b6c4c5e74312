import type { Clock } from '../clock.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { Live } from '../workload/live.ts';
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

const LONGEST_WAIT = 1_000;

async function targetOf(
  { connection, signal }: LiveTools,
  workload: WorkloadRef,
): Promise<RolloutTarget> {
  const { kind, namespace, name } = workload;
  const resource = workloadResource(kind);
  const written = await readObject(connection, resource, namespace, name, { signal });
  if (!written) {
    throw new UserError(
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
  let opened: Promise<{ view: View; targets: readonly RolloutTarget[] }> | undefined;

  const open = async () => {
    const targets = await Promise.all(workloads.map((workload) => targetOf(tools, workload)));
    const listener = { onObjects: () => undefined, onNotice };
    return { targets, view: openView({ ...tools, listener }, watchesFor(targets)) };
  };

  return {
    connection,
    namespace,
    names: workloads.map(({ kind, name }) => objectName(kind, name)),
    age: () => (ageAtStart === undefined ? undefined : ageAtStart + clock.now() - begin),
    read: async (signal) => {
      opened ??= open();
      const { view, targets } = await opened;
      while (!view.isComplete()) {
        signal.throwIfAborted();
        view.throwIfRefused();
        await view.changed(LONGEST_WAIT);
      }
      signal.throwIfAborted();
      view.throwIfRefused();
      const { collections } = view.read(clock.now());
      return targets.map((target, index) => {
        const { object, related, progress, events } = observationOf(collections, target);
        const { pods, newPods } = related;
        return {
          workload: workloads[index] as WorkloadRef,
          object,
          pods,
          newPods,
          progress,
          events,
        };
      });
    },
    close: async () => {
      const { view } = (await opened?.catch(() => undefined)) ?? {};
      await view?.close();
    },
  };
}
