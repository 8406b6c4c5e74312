import type { Collections } from '../workload/kinds/kind.ts';
import { assess } from './assess.ts';
import { initialMemory, type Memory, remember } from './memory.ts';
import { NOT_SEEN, type Observation, observationOf } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutTarget } from './target.ts';
import type { Verdict } from './verdict.ts';

/** How a target stands, with what was last seen and remembered of it. */
export interface Standing {
  readonly target: RolloutTarget;
  readonly verdict: Verdict;
  readonly observation: Observation;
  readonly memory: Memory;
}

/** Judges a set of targets look by look. Without clock and I/O: a replay does the same again. */
export interface Tracker {
  /** One more look at everything that is known. */
  look(collections: Collections, current: boolean, now: number): readonly Standing[];
}

/** Begins to track `targets` at `now`. */
export function track(
  targets: readonly RolloutTarget[],
  policy: RolloutPolicy,
  now: number,
): Tracker {
  const memories = new Map(targets.map((target) => [target.name, initialMemory(target, now)]));
  return {
    look: (collections, current, at) =>
      targets.map((target) => {
        const observation = observationOf(collections, target);
        const before = memories.get(target.name) ?? initialMemory(target, now);
        const memory = remember(before, target, observation, policy, at);
        memories.set(target.name, memory);
        const verdict = assess({ target, observation, memory, policy, current }, at);
        return { target, verdict, observation, memory };
      }),
  };
}

/** What stands where nothing was ever seen. */
export function unseen(target: RolloutTarget, message: string, now: number): Standing {
  return {
    target,
    verdict: { status: 'unknown', message },
    observation: NOT_SEEN,
    memory: initialMemory(target, now),
  };
}

/** Whether nothing is left to be waited for: all have succeeded, or one has not. */
export function isOver(standings: readonly Standing[]): boolean {
  const statuses = standings.map(({ verdict }) => verdict.status);
  return (
    statuses.every((status) => status !== 'progressing') ||
    statuses.some((status) => status !== 'progressing' && status !== 'succeeded')
  );
}
