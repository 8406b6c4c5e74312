import type { KubeObject } from '@paal/core/cluster/object';
import type { Deployment, Event, Pod, ReplicaSet } from '@paal/core/workload/types';
import { type EvidenceRule, timed } from './evidence.ts';
import type { RawApi } from './raw-api.ts';

/** Who watches a release beside the action, and knows when there was enough evidence. */
export interface Witness {
  /** Resolves when the Deployment was first seen with a new generation, with that time. */
  readonly written: Promise<number>;
  /** When there was enough evidence; `undefined` when there never was. */
  readonly enoughAt: number | undefined;
  /** @throws Error when a watch has ended by itself */
  stop(): void;
}

/** The objects of a kind that a release brings. */
function newcomers<T extends KubeObject>() {
  const known = new Map<string | undefined, T>();
  let before: ReadonlySet<string | undefined> = new Set();
  return {
    /** These are none. */
    except: (objects: readonly T[]): void => {
      before = new Set(objects.map(({ metadata }) => metadata.uid));
    },
    take: (type: string, object: T): void => {
      const { uid } = object.metadata;
      if (type === 'DELETED') known.delete(uid);
      else known.set(uid, object);
    },
    all: (): readonly T[] =>
      [...known.values()].filter(({ metadata }) => !before.has(metadata.uid)),
  };
}

/**
 * Watches what becomes of the next release of the Deployment `name`, with watches of its own on
 * Deployments, ReplicaSets, pods and events.
 */
export async function witness(
  api: RawApi,
  namespace: string,
  name: string,
  rule: EvidenceRule,
): Promise<Witness> {
  const timing = timed(rule);
  const written = Promise.withResolvers<number>();
  const [replicaSets, pods, events] = [
    newcomers<ReplicaSet>(),
    newcomers<Pod>(),
    newcomers<Event>(),
  ];
  let generation = 0;
  let deployment: Deployment | undefined;
  const isOwn = ({ metadata }: KubeObject): boolean => metadata.labels?.app === name;
  const look = (at: number): void => {
    if (!deployment) return;
    const seen = {
      deployment,
      replicaSets: replicaSets.all().filter(isOwn),
      pods: pods.all().filter(isOwn),
      events: events.all(),
    };
    timing.see(seen, at);
  };
  const collection = (group: string, resource: string): string =>
    `/${group}/namespaces/${namespace}/${resource}`;
  const watch = async <T extends KubeObject>(
    path: string,
    take: (type: string, object: T, at: number) => void,
  ) =>
    await api.watch<T>(path, ({ type, object, at }) => {
      take(type, object, at);
      look(at);
    });

  const watches = [
    await watch<ReplicaSet>(collection('apis/apps/v1', 'replicasets'), replicaSets.take),
    await watch<Pod>(collection('api/v1', 'pods'), pods.take),
    await watch<Event>(collection('api/v1', 'events'), events.take),
    await watch<Deployment>(collection('apis/apps/v1', 'deployments'), (_, object, at) => {
      if (object.metadata.name !== name) return;
      if ((object.metadata.generation ?? 0) <= generation) return;
      deployment = object;
      written.resolve(at);
    }),
  ] as const;
  const [oldReplicaSets, oldPods, , oldDeployments] = watches;
  replicaSets.except(oldReplicaSets.before);
  pods.except(oldPods.before);
  generation =
    oldDeployments.before.find(({ metadata }) => metadata.name === name)?.metadata.generation ?? 0;
  return {
    written: written.promise,
    get enoughAt() {
      return timing.enoughAt;
    },
    stop: () => {
      for (const one of watches) one.stop();
    },
  };
}
