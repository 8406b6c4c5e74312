import { formatDuration } from '../config/duration.ts';
import type { Finding } from '../report/finding.ts';
import type { Deployment } from '../workload/types.ts';
import { diagnose } from './diagnose.ts';
import { conditionSignature, isSuperseded, type Memory, progressingCondition } from './memory.ts';
import type { Observation, RolloutTarget } from './observation.ts';
import { bakeFor, type RolloutPolicy } from './policy.ts';
import type { Symptom } from './symptoms/symptom.ts';

/** What is to be said of a rollout now. */
export type Verdict =
  | {
      readonly status: 'progressing';
      readonly message: string;
      /** When time alone may change the verdict, on our own clock. */
      readonly reconsiderAt: number;
    }
  | { readonly status: 'succeeded'; readonly message: string }
  | {
      readonly status: 'failed' | 'timed-out';
      readonly message: string;
      /** The cause. */
      readonly finding: Finding;
      /** Everything that was wrong, the cause first. */
      readonly findings: readonly Finding[];
    }
  | { readonly status: 'superseded' | 'unknown'; readonly message: string };

/** What {@link assess} judges. */
export interface Case {
  readonly target: RolloutTarget;
  readonly observation: Observation;
  readonly memory: Memory;
  readonly policy: RolloutPolicy;
  /** False while the API server cannot be watched, and the observation may be out of date. */
  readonly current: boolean;
}

const NO_PROGRESS_DEFAULT = 600;

function failed(finding: Finding, findings: readonly Finding[] = [finding]): Verdict {
  return { status: 'failed', message: finding.message, finding, findings };
}

/** Failures that are read from the Deployment alone. */
function failureOfWorkload(
  { target }: Case,
  deployment: Deployment | undefined,
): Finding | undefined {
  const { namespace, name } = target.workload;
  if (!deployment) {
    return {
      workload: target.name,
      reason: 'WorkloadDeleted',
      class: 'permanent',
      message: `The ${target.name} was deleted while it was rolled out.`,
      hint: 'Find out who deleted it, then deploy again.',
    };
  }
  if (deployment.spec.paused) {
    return {
      workload: target.name,
      reason: 'Paused',
      class: 'permanent',
      message: `The ${target.name} is paused, so that no rollout happens.`,
      hint: `Resume it: kubectl -n ${namespace} rollout resume deployment/${name}`,
    };
  }
  return undefined;
}

/**
 * Whether the controller itself gave up on this rollout. The condition outlives the rollout that it
 * was about (kubernetes pkg/controller/deployment/progress.go), so it only counts at our generation,
 * and when it differs from what it was below it.
 */
function deadlineExceeded({ memory }: Case, deployment: Deployment): boolean {
  const condition = progressingCondition(deployment);
  return (
    condition?.reason === 'ProgressDeadlineExceeded' &&
    (deployment.status?.observedGeneration ?? 0) >= memory.generation &&
    conditionSignature(condition) !== memory.staleCondition
  );
}

function explain(symptoms: readonly Symptom[], otherwise: Finding): readonly Finding[] {
  const findings = symptoms.map(({ finding }) => finding);
  return findings.length > 0 ? findings : [otherwise];
}

/** How far a Deployment is, in the words of kubectl. */
export function countersOf(deployment: Deployment): string {
  const {
    updatedReplicas = 0,
    availableReplicas = 0,
    replicas = 0,
    terminatingReplicas,
  } = deployment.status ?? {};
  const wanted = deployment.spec.replicas ?? 1;
  const old = replicas - updatedReplicas;
  return (
    `${updatedReplicas} of ${wanted} updated, ${availableReplicas} available` +
    (old > 0 ? `, ${old} old` : '') +
    (terminatingReplicas ? `, ${terminatingReplicas} terminating` : '')
  );
}

/** When the bake is over; `undefined` while the rollout is not complete. */
function bakedAt({ memory, policy, target }: Case, deployment: Deployment): number | undefined {
  if (memory.completeSince === undefined) return undefined;
  const noOp = !target.changed && memory.completeAtFirst === true;
  return memory.completeSince + (noOp ? 0 : bakeFor(deployment, policy));
}

/** Of the whole; a bake that began in time may end after it. */
function deadlineOf(one: Case, deployment: Deployment): number {
  const deadline = one.memory.startedAt + one.policy.timeout;
  const since = one.memory.completeSince;
  return since !== undefined && since < deadline
    ? Math.max(deadline, bakedAt(one, deployment) ?? 0)
    : deadline;
}

function assessCompletion(one: Case, deployment: Deployment, now: number): Verdict | undefined {
  const until = bakedAt(one, deployment);
  if (until === undefined) return undefined;
  const wanted = deployment.spec.replicas ?? 1;
  const serving = `serving ${deployment.status?.availableReplicas ?? 0} of ${wanted}`;
  if (now >= until && one.current) {
    const noOp = !one.target.changed && one.memory.completeAtFirst === true;
    return { status: 'succeeded', message: noOp ? `nothing to change, ${serving}` : serving };
  }
  return {
    status: 'progressing',
    message: `${serving}; watching it for ${formatDuration(bakeFor(deployment, one.policy))}`,
    reconsiderAt: until > now ? until : deadlineOf(one, deployment),
  };
}

function timedOut(one: Case, symptoms: readonly Symptom[], deployment: Deployment): Verdict {
  const { target, policy } = one;
  const within = `within ${formatDuration(policy.timeout)}`;
  if (!one.current) {
    return {
      status: 'unknown',
      message: `The API server could not be watched, so that it is not known whether ${target.name} was rolled out ${within}.`,
    };
  }
  const findings = explain(symptoms, {
    workload: target.name,
    reason: 'TimedOut',
    class: 'slow',
    message: `${target.name} was not rolled out ${within}: ${countersOf(deployment)}.`,
    hint: 'Raise the input "timeout", or look at what its pods wait for.',
  });
  const [finding] = findings as readonly [Finding];
  return {
    status: 'timed-out',
    message: `Not rolled out ${within}. ${finding.message}`,
    finding,
    findings,
  };
}

/**
 * Judges one rollout at one time. Pure: the same case at the same time gives the same verdict.
 *
 * Nothing counts before the controller has observed the generation that our own write returned;
 * success is updated = replicas = available = live `spec.replicas`, and then an undisturbed bake.
 */
export function assess(one: Case, now: number): Verdict {
  const { target, observation, memory, policy } = one;
  const { deployment } = observation;
  const own = target.written.metadata;
  if (deployment && deployment.metadata.uid !== own.uid) {
    return {
      status: 'superseded',
      message: `${target.name} was deleted and created anew by somebody else.`,
    };
  }
  const failure = failureOfWorkload(one, deployment);
  if (failure || !deployment) return failed(failure as Finding);
  const live = deployment.metadata.generation ?? 0;
  const deadline = deadlineOf(one, deployment);
  if (live > (own.generation ?? 0) && isSuperseded(target, deployment.spec.template)) {
    return {
      status: 'superseded',
      message: `${target.name} was changed by somebody else (generation ${live}, ours was ${own.generation}); their rollout goes on.`,
    };
  }
  const symptoms =
    live < memory.generation ? [] : diagnose({ target, observation, memory, policy });
  const fatal = symptoms.find(({ failsAt }) => failsAt !== undefined && failsAt <= now);
  if (fatal) {
    const others = symptoms.filter((symptom) => symptom !== fatal).map(({ finding }) => finding);
    return failed(fatal.finding, [fatal.finding, ...others]);
  }
  const completion = assessCompletion(one, deployment, now);
  if (completion?.status === 'succeeded') return completion;
  const patience = (deployment.spec.progressDeadlineSeconds ?? NO_PROGRESS_DEFAULT) * 1_000;
  const stuckAt = memory.progress.at + patience;
  if (!completion && (deadlineExceeded(one, deployment) || now >= stuckAt)) {
    const [cause, ...others] = explain(symptoms, {
      workload: target.name,
      reason: 'ProgressDeadlineExceeded',
      class: 'slow',
      message: `${target.name} made no progress for ${formatDuration(patience)}: ${countersOf(deployment)}.`,
      hint: 'Look at what its pods wait for.',
    }) as readonly [Finding, ...Finding[]];
    return failed(cause, [cause, ...others]);
  }
  if (now >= deadline) return timedOut(one, symptoms, deployment);
  if (completion) return completion;
  const waits = symptoms.flatMap(({ failsAt }) => failsAt ?? []);
  const observed = (deployment.status?.observedGeneration ?? 0) >= live;
  // That a pod is not ready yet is what a rollout is about; anything else is worth a line.
  const worst = symptoms.find(({ finding }) => finding.class !== 'slow')?.finding.message;
  return {
    status: 'progressing',
    message: observed
      ? `${countersOf(deployment)}${worst ? ` – ${worst}` : ''}`
      : 'waiting for the controller to see the change',
    reconsiderAt: Math.min(deadline, stuckAt, ...waits),
  };
}
