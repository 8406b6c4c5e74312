import { formatDuration } from '../config/duration.ts';
import type { Finding } from '../report/finding.ts';
import type { ObjectFailure } from '../workload/kinds/kind.ts';
import { NOT_OBSERVED } from '../workload/kinds/status.ts';
import { diagnose } from './diagnose.ts';
import { fatalOf } from './fatal.ts';
import { isSettled, type Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';
import { progressDeadline } from './progress-deadline.ts';
import { assessCompletion, bakedAt } from './success.ts';
import { isSuperseded } from './superseded.ts';
import type { Symptom } from './symptoms/symptom.ts';
import { type RolloutTarget, rulesOf } from './target.ts';
import { failed, type Verdict } from './verdict.ts';

/**
 * Milliseconds by which a live watch may be behind: what has come in time has that long to be told of.
 * The Deployment controller's own claim needs no such grace.
 */
const WATCH_LAG = 3_000;

/** What {@link assess} judges. */
export interface Case {
  readonly target: RolloutTarget;
  readonly observation: Observation;
  readonly memory: Memory;
  readonly policy: RolloutPolicy;
  /** False while the API server cannot be watched, and the observation may be out of date. */
  readonly current: boolean;
}

/** What is wrong, the cause first; `otherwise` where nothing explains it. */
function explained(
  symptoms: readonly Symptom[],
  otherwise: Finding,
): readonly [Finding, ...Finding[]] {
  const [cause, ...others] = symptoms.map(({ finding }) => finding);
  return cause ? [cause, ...others] : [otherwise];
}

function findingOf({ target }: Case, failure: ObjectFailure): Finding {
  return { workload: target.name, ...failure };
}

/** A failure that the object states itself: a cause that is known from its pods explains it. */
function stated(one: Case, failure: ObjectFailure, symptoms: readonly Symptom[]): Verdict {
  const causes = symptoms
    .map(({ finding }) => finding)
    .filter(({ class: weight }) => weight !== 'slow' && weight !== 'infrastructure');
  const finding = findingOf(one, failure);
  const [cause, ...others] = failure.class === 'infrastructure' ? [] : causes;
  return cause ? failed([cause, ...others, finding]) : failed([finding]);
}

function deleted({ target, memory }: Case): Verdict {
  const task = !rulesOf(target).keepsRunning(target.written);
  if (task && memory.completeSince !== undefined) {
    return { status: 'succeeded', message: 'it is done, and was removed' };
  }
  return failed([
    {
      workload: target.name,
      reason: 'WorkloadDeleted',
      class: 'permanent',
      message: `The ${target.name} was deleted while it was rolled out.`,
      hint: 'Find out who deleted it, then deploy again.',
    },
  ]);
}

/** Somebody else's rollout; `undefined` while it is ours. */
function takenOver({ target, observation: { object } }: Case): Verdict | undefined {
  if (!object) return undefined;
  const own = target.written.metadata;
  if (object.metadata.uid !== own.uid) {
    const message = `${target.name} was deleted and created anew by somebody else.`;
    return { status: 'superseded', message };
  }
  const live = object.metadata.generation ?? 0;
  const template = rulesOf(target).template(object);
  if (live <= (own.generation ?? 0) || !template || !isSuperseded(target, template)) {
    return undefined;
  }
  return {
    status: 'superseded',
    message: `${target.name} was changed by somebody else (generation ${live}, ours was ${own.generation}); their rollout goes on.`,
  };
}

/** A failure stated without a generation counts when it cannot be about the past. */
function freshClaim({ observation: { progress }, memory }: Case): ObjectFailure | undefined {
  const { claim } = progress ?? {};
  return !claim || memory.staleClaims.has(claim.signature) ? undefined : claim.failure;
}

/**
 * When it has made no progress for too long; `undefined` for what takes as long as it takes, such as
 * a Job whose pod runs.
 */
function stuckAt({ target, observation, memory }: Case): number | undefined {
  const { object, related } = observation;
  const rules = rulesOf(target);
  if (!object || !rules.template(object)) return undefined;
  const running = related.newPods.some(({ status }) => status?.phase === 'Running');
  if (!rules.keepsRunning(object) && running) return undefined;
  return memory.progress.at + progressDeadline(object) + WATCH_LAG;
}

/** Of the whole; a bake that began in time may end after it. */
function deadlineOf(one: Case): number {
  const deadline = one.memory.startedAt + one.policy.timeout;
  const since = one.memory.completeSince;
  return since !== undefined && since < deadline ? Math.max(deadline, bakedAt(one) ?? 0) : deadline;
}

function timedOut(one: Case, symptoms: readonly Symptom[], state: string): Verdict {
  const { target, policy } = one;
  const within = `within ${formatDuration(policy.timeout)}`;
  if (!one.current) {
    return {
      status: 'unknown',
      message: `The API server could not be watched, so that it is not known whether ${target.name} was rolled out ${within}.`,
    };
  }
  const findings = explained(symptoms, {
    workload: target.name,
    reason: 'TimedOut',
    class: 'slow',
    message: `${target.name} was not rolled out ${within}: ${state}.`,
    hint: 'Raise the input "timeout", or look at what its pods wait for.',
  });
  const [finding] = findings;
  const message = `Not rolled out ${within}. ${finding.message}`;
  return { status: 'timed-out', message, finding, findings };
}

/**
 * Judges one rollout at one time. Pure: the same case at the same time gives the same verdict.
 *
 * Nothing counts before the controller has observed the generation that our own write returned;
 * success is what the kind's rules call complete, and then an undisturbed bake.
 */
export function assess(one: Case, now: number): Verdict {
  const { target, observation, memory, policy, current } = one;
  const { object, progress } = observation;
  const over = takenOver(one);
  if (over) return over;
  if (!object || !progress) return deleted(one);
  const settled = isSettled(memory.generation, object, progress);
  const symptoms = settled ? diagnose({ target, observation, memory, policy }) : [];
  if (settled && progress.failure) return stated(one, progress.failure, symptoms);
  // Time that passes while nothing can be seen is no evidence: what was wrong may be well by now.
  const fatal = current ? fatalOf(symptoms, observation, policy, now) : undefined;
  if (fatal) return failed(fatal);
  const deadline = deadlineOf(one);
  const completion = assessCompletion(one, current, deadline, now);
  if (completion?.status === 'succeeded') return completion;
  const claimed = current && settled && !completion ? freshClaim(one) : undefined;
  if (claimed) return failed(explained(symptoms, findingOf(one, claimed)));
  const stuck = completion ? undefined : stuckAt(one);
  if (current && stuck !== undefined && now >= stuck) {
    const minutes = formatDuration(progressDeadline(object));
    return failed(
      explained(symptoms, {
        workload: target.name,
        reason: 'ProgressDeadlineExceeded',
        class: 'slow',
        message: `${target.name} made no progress for ${minutes}: ${progress.text}.`,
        hint: 'Look at what its pods wait for.',
      }),
    );
  }
  if (now >= deadline) return timedOut(one, symptoms, progress.text);
  if (completion) return completion;
  const times = [...symptoms.map(({ failsAt }) => failsAt), stuck];
  const waits = times.filter((at) => at !== undefined).filter((at) => at > now);
  // That a pod is not ready yet is what a rollout is about; anything else is worth a line.
  const worst = symptoms.find(({ finding }) => finding.class !== 'slow')?.finding.message;
  const waiting =
    memory.completion === 'terminating' ? 'complete, waiting for old pods to end' : progress.text;
  return {
    status: 'progressing',
    message: settled ? `${waiting}${worst ? ` – ${worst}` : ''}` : NOT_OBSERVED,
    reconsiderAt: Math.min(deadline, ...waits),
  };
}
