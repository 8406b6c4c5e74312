import { type KubeObject, objectName, RESOURCES } from '../../cluster/object.ts';
import type { Condition, Pod, PodTemplate } from '../types.ts';
import { clause } from './clause.ts';
import { countOf } from './count.ts';
import { disruptionOf } from './disruption.ts';
import {
  collection,
  type KindRules,
  type ObjectFailure,
  type Progress,
  type Related,
} from './kind.ts';
import { controlledBy } from './owned.ts';
import { conditionsOf, holds, isLeaving } from './status.ts';

/** The parts of a Job that decisions read. It tells no observed generation. */
export interface Job extends KubeObject {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly suspend?: boolean;
    /** Another controller than that of Kubernetes, which then also begins it. */
    readonly managedBy?: string;
    readonly template: PodTemplate;
  };
  readonly status?: {
    readonly active?: number;
    readonly ready?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    /** Pods that ended and are not in the counters yet. */
    readonly uncountedTerminatedPods?: {
      readonly succeeded?: readonly string[];
      readonly failed?: readonly string[];
    } | null;
    readonly conditions?: readonly Condition[] | null;
  };
}

/** A Job with this label waits, suspended, until Kueue admits it, and then runs by itself. */
const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

const HINTS: Readonly<Record<string, string>> = {
  BackoffLimitExceeded:
    'The last lines of its pods are in the evidence; backoffLimit allows retries.',
  DeadlineExceeded: 'Raise activeDeadlineSeconds, or look at what its pods waited for.',
};

/**
 * Nothing will be done while it is suspended, unless something else than a user is to begin it.
 */
function suspended(job: Job): ObjectFailure | undefined {
  const { name, namespace, labels } = job.metadata;
  if (!job.spec.suspend || job.spec.managedBy || labels?.[QUEUE_LABEL]) return undefined;
  const inNamespace = namespace === undefined ? '' : `-n ${namespace} `;
  return {
    reason: 'Suspended',
    class: 'permanent',
    message: `The ${objectName('Job', name)} is suspended, so that nothing runs.`,
    hint: `Resume it: kubectl ${inNamespace}patch job/${name} --type=merge -p '{"spec":{"suspend":false}}'`,
  };
}

function failedPods({ status }: Job): number {
  return (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed?.length ?? 0);
}

/**
 * FailureTarget is the controller's decision, Failed the end of the pods' graceful termination, which
 * may be half a minute later (pkg/controller/job/job_controller.go enactJobFinished).
 */
function failureOf(job: Job, related: Related): ObjectFailure | undefined {
  const condition = conditionsOf(job).find(
    ({ type, status }) => status === 'True' && (type === 'FailureTarget' || type === 'Failed'),
  );
  if (!condition) return undefined;
  const { reason = 'JobFailed', message = '' } = condition;
  const failed = related.pods.filter(({ status }) => status?.phase === 'Failed');
  const disrupted = failed.length > 0 && failed.every((pod) => disruptionOf(pod) !== undefined);
  const hint = HINTS[reason];
  return {
    reason,
    class: disrupted ? 'infrastructure' : 'permanent',
    message: `The ${objectName('Job', job.metadata.name)} failed (${reason}, ${countOf(failedPods(job), 'failed pod')}): ${clause(message) || 'it gave no message'}.`,
    ...(hint ? { hint } : {}),
  };
}

function textOf(job: Job, complete: boolean): string {
  const { succeeded = 0, active = 0 } = job.status ?? {};
  const { completions } = job.spec;
  const failed = failedPods(job);
  return (
    `${succeeded}${completions === undefined ? '' : ` of ${completions}`} succeeded, ${active} active` +
    (failed > 0 ? `, ${failed} failed` : '') +
    (!complete && holds(job, 'SuccessCriteriaMet') ? ', waiting for its pods to end' : '')
  );
}

/**
 * Complete: on the condition Complete. SuccessCriteriaMet comes before it, while pods are still
 * being ended. What is complete stays so while it is deleted: `ttlSecondsAfterFinished: 0` does that
 * at once. A retry is no progress, so only what succeeded, and how many were ready at once, counts.
 */
function progress(object: KubeObject, related: Related): Progress {
  const job = object as Job;
  const complete = holds(job, 'Complete');
  const failure = complete ? undefined : (failureOf(job, related) ?? suspended(job));
  const { succeeded = 0, ready = 0 } = job.status ?? {};
  return {
    observed: true,
    complete,
    text: textOf(job, complete),
    advance: [succeeded, ready],
    ...(failure ? { failure } : {}),
  };
}

/** A Job. Its template cannot be changed, so that every pod of it is new. */
export const jobRules: KindRules = {
  resource: RESOURCES.jobs,
  related: [RESOURCES.pods],
  helpful: [],
  relate: (object, collections) => {
    const pods = controlledBy(object, collection<Pod>(collections, RESOURCES.pods));
    return { pods, newPods: pods.filter((pod) => !isLeaving(pod)), owned: [], dependsOn: [] };
  },
  progress,
  relatedLabels: (object) => (object as Job).spec.template.metadata?.labels,
  template: (object) => (object as Job).spec.template,
  keepsRunning: () => false,
};
