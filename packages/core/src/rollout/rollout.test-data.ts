import type { Deployment } from '../workload/types.ts';
import { assess, type Verdict } from './assess.ts';
import { initialMemory, type Memory, observe } from './memory.ts';
import type { Observation, RolloutTarget } from './observation.ts';
import { DEFAULT_POLICY, type RolloutPolicy } from './policy.ts';

/** A rollout as its follower lives through it: look after look, at times that the test says. */
export interface Story {
  /** One more look, `seconds` after the write. */
  at(seconds: number, look: Partial<Observation>, current?: boolean): Verdict;
}

/** Begins a rollout with what our own write returned. */
export function story(
  written: Deployment,
  options: {
    readonly changed?: boolean;
    readonly imagesOf?: readonly string[];
  } & Partial<RolloutPolicy> = {},
): Story {
  const { changed = true, imagesOf, ...rest } = options;
  const target: RolloutTarget = {
    workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
    name: 'deployment/web',
    written,
    changed,
    imagesOf,
  };
  const policy: RolloutPolicy = { ...DEFAULT_POLICY, ...rest };
  let memory: Memory = initialMemory(target, 0);
  return {
    at: (seconds, look, current = true) => {
      const observation: Observation = {
        deployment: undefined,
        replicaSets: [],
        pods: [],
        events: [],
        ...look,
      };
      const now = seconds * 1_000;
      memory = observe(memory, target, observation, now);
      return assess({ target, observation, memory, policy, current }, now);
    },
  };
}
