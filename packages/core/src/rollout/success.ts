import { formatDuration } from '../config/duration.ts';
import { countOf } from '../workload/kinds/count.ts';
import { terminating } from './completion.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { bakeFor, graceFor, type RolloutPolicy } from './policy.ts';
import { type RolloutTarget, rulesOf } from './target.ts';
import type { Verdict } from './verdict.ts';

interface Rollout {
  readonly target: RolloutTarget;
  readonly observation: Observation;
  readonly memory: Memory;
  readonly policy: RolloutPolicy;
}

/** Whether there was nothing to do: then the health of what runs is judged at once. */
function isNoOp({ target, memory }: Rollout): boolean {
  return !target.changed && memory.completeAtFirst === true;
}

/** How long it has to stay complete before that is a success, in milliseconds. */
export function bakeOf(rollout: Rollout): number {
  const { target, observation, policy } = rollout;
  const { object = target.written, progress } = observation;
  const bake = isNoOp(rollout) ? 0 : bakeFor(target, object, policy);
  return Math.max(bake, graceFor(progress?.unproven ?? false));
}

/** When the bake is over, on our own clock; `undefined` while the rollout is not complete. */
export function bakedAt(rollout: Rollout): number | undefined {
  const { completeSince } = rollout.memory;
  return completeSince === undefined ? undefined : completeSince + bakeOf(rollout);
}

/** What it is now: `serving 3 of 3`, or what its kind says. */
function stateOf({ target, observation, memory }: Rollout): string {
  const { progress } = observation;
  if (!progress) return 'done, and gone';
  const { serving, text, remark } = progress;
  const old = terminating(observation);
  const parts = [
    serving && rulesOf(target).keepsRunning(target.written)
      ? `serving ${serving.have} of ${serving.want}`
      : text,
    ...(memory.completion === 'partial' ? ['which is enough (min-available)'] : []),
    ...(old > 0 ? [`${countOf(old, 'pod')} still terminating`] : []),
  ];
  return parts.join(', ') + (remark ? `. ${remark.replace(/\.$/, '')}` : '');
}

/**
 * The verdict on a rollout that is complete; `undefined` while it is not.
 * @param otherwise when time alone may change the verdict, where nothing else does
 */
export function assessCompletion(
  rollout: Rollout,
  current: boolean,
  otherwise: number,
  now: number,
): Verdict | undefined {
  const until = bakedAt(rollout);
  if (until === undefined) return undefined;
  const state = stateOf(rollout);
  if (now >= until && current) {
    return {
      status: 'succeeded',
      message: isNoOp(rollout) ? `nothing to change, ${state}` : state,
    };
  }
  return {
    status: 'progressing',
    message: `${state}; watching it for ${formatDuration(bakeOf(rollout))}`,
    reconsiderAt: until > now ? until : otherwise,
  };
}
