import type { Finding } from '../../../report/finding.ts';
import type { Verdict } from '../../../rollout/verdict.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { conditionsOf, holds } from '../../../workload/kinds/status.ts';
import type { Condition } from '../../../workload/types.ts';
import type { SeenPod } from './seen-pods.ts';

/** Everything that says how a Job stands. */
export interface JobView {
  /** `undefined` when it is not there any more. */
  readonly job: Job | undefined;
  /** All pods that were ever seen of it, the oldest first. */
  readonly pods: readonly SeenPod[];
  /** What the rollout's rules say of it. */
  readonly verdict: Verdict;
  /** Whether what is seen is up to date. */
  readonly current: boolean;
  /** Milliseconds since nothing more was to be expected: its end, its deletion, its deadline. */
  readonly overdue: number;
}

/** What is to be made of it. */
export type JobDecision =
  | { readonly kind: 'wait' }
  /** The runner ended with 0; `pod` where its end was seen, and not the Job's alone. */
  | { readonly kind: 'succeeded'; readonly pod: SeenPod | undefined }
  /** The runner ended otherwise. */
  | {
      readonly kind: 'failed';
      readonly pod: SeenPod;
      /** What the Job says of itself, where it does. */
      readonly condition: Condition | undefined;
    }
  /** The runner never began, and will not. */
  | { readonly kind: 'not-started'; readonly findings: readonly [Finding, ...Finding[]] }
  /** It began, was ended by the cluster, and cannot begin anew. */
  | {
      readonly kind: 'stuck';
      readonly pod: SeenPod;
      readonly findings: readonly [Finding, ...Finding[]];
    }
  /** Somebody deleted the Job before its end was seen; `pod` is the last one that began. */
  | { readonly kind: 'deleted'; readonly pod: SeenPod | undefined }
  /** It is over, and nobody tells how. */
  | {
      readonly kind: 'lost';
      readonly pod: SeenPod | undefined;
      readonly condition: Condition | undefined;
    };

/** Milliseconds for which the end of pods is waited for, once nothing else is. */
export const LATE = 90_000;

/** Why a Job failed: the decision of its controller, which is followed by the end of its pods. */
function failureOf(job: Job | undefined): Condition | undefined {
  return (job ? conditionsOf(job) : []).find(
    ({ type, status }) => status === 'True' && (type === 'Failed' || type === 'FailureTarget'),
  );
}

function findingsOf(verdict: Verdict): readonly [Finding, ...Finding[]] | undefined {
  if (verdict.status !== 'failed' && verdict.status !== 'timed-out') return undefined;
  const [first = verdict.finding, ...others] = verdict.findings;
  return [first, ...others];
}

/**
 * Since when nothing more is to be expected of a Job than the end of its pods, so that it is not waited
 * for without end: its own end, its deletion. Pure.
 */
export function isPastEnd({ job }: Pick<JobView, 'job'>): boolean {
  return job === undefined || failureOf(job) !== undefined || holds(job, 'Complete');
}

/**
 * What is to be made of a Job as it stands. Success is an exit with 0 that was seen, or the Job's own
 * Complete, which takes one. Every end of the Job, whoever brings it about, is an end here. Pure.
 */
export function decideJob(view: JobView): JobDecision {
  const { job, pods, verdict, current, overdue } = view;
  const good = pods.find(({ end, succeeded }) => (end ? end.exitCode === 0 : succeeded));
  if (good) return { kind: 'succeeded', pod: good };
  if (job && holds(job, 'Complete')) return { kind: 'succeeded', pod: undefined };
  const begun = pods.filter(({ started }) => started);
  const last = begun.at(-1);
  const late = overdue >= LATE;
  const busy = pods.some(({ over }) => !over);
  if (isPastEnd(view)) {
    if (busy && !late) return { kind: 'wait' };
    const condition = failureOf(job);
    if (job === undefined) return { kind: 'deleted', pod: last };
    // A container that could not even be started has an end, too.
    const told = last ?? pods.findLast(({ end }) => end !== undefined);
    if (told?.end) return { kind: 'failed', pod: told, condition };
    const findings = findingsOf(verdict);
    if (!last && findings) return { kind: 'not-started', findings };
    return { kind: 'lost', pod: last, condition };
  }
  const findings = current || late ? findingsOf(verdict) : undefined;
  if (findings && !last) return { kind: 'not-started', findings };
  const runs = begun.some(({ over }) => !over);
  if (findings && last && (!runs || late)) return { kind: 'stuck', pod: last, findings };
  if (late) return { kind: 'lost', pod: last, condition: undefined };
  return { kind: 'wait' };
}
