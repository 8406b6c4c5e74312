import { type KubeObject, objectName, type Resource } from '../cluster/object.ts';
import { collectionsOf } from '../workload/kinds/kinds.test-data.ts';
import { isWorkload } from '../workload/template.ts';
import type { Deployment, Event, Pod, ReplicaSet, WorkloadKind } from '../workload/types.ts';
import { assess } from './assess.ts';
import { initialMemory, type Memory, remember } from './memory.ts';
import { observationOf } from './observation.ts';
import { DEFAULT_POLICY, type RolloutPolicy } from './policy.ts';
import type { RolloutTarget } from './target.ts';
import type { Verdict } from './verdict.ts';

/** What is there at one time. */
export interface Look {
  readonly deployment?: Deployment;
  readonly replicaSets?: readonly ReplicaSet[];
  readonly pods?: readonly Pod[];
  readonly events?: readonly Event[];
  readonly objects?: readonly KubeObject[];
}

/** A rollout as its follower lives through it: look after look, at times that the test says. */
export interface Story {
  /** One more look, `seconds` after the write. */
  at(seconds: number, look: Look, current?: boolean): Verdict;
}

/** What was written, to be watched. */
export function targetOf(
  written: KubeObject,
  more: Partial<Pick<RolloutTarget, 'changed' | 'imagesOf'>> = {},
): RolloutTarget {
  const { apiVersion, kind, metadata } = written;
  const resource: Resource = {
    apiVersion,
    kind,
    name: `${kind.toLowerCase()}s`,
    namespaced: true,
  };
  const { name } = metadata;
  return {
    resource,
    namespace: 'shop',
    name: objectName(kind, name),
    written,
    changed: true,
    imagesOf: undefined,
    workload: isWorkload(resource)
      ? { kind: kind as WorkloadKind, namespace: 'shop', name }
      : undefined,
    ...more,
  };
}

/** Begins a rollout with what our own write returned. */
export function story(
  written: KubeObject,
  options: {
    readonly changed?: boolean;
    readonly imagesOf?: readonly string[];
  } & Partial<RolloutPolicy> = {},
): Story {
  const { changed = true, imagesOf, ...rest } = options;
  const target = targetOf(written, { changed, imagesOf });
  const policy: RolloutPolicy = { ...DEFAULT_POLICY, ...rest };
  let memory: Memory = initialMemory(target, 0);
  return {
    at: (seconds, look, current = true) => {
      const { deployment, replicaSets = [], pods = [], events = [], objects = [] } = look;
      const all = [...(deployment ? [deployment] : []), ...replicaSets, ...pods, ...events];
      const observation = observationOf(collectionsOf(...all, ...objects), target);
      const now = seconds * 1_000;
      memory = remember(memory, target, observation, policy, now);
      return assess({ target, observation, memory, policy, current }, now);
    },
  };
}
