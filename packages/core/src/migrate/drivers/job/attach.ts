import type { KubeObject } from '../../../cluster/object.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { holds } from '../../../workload/kinds/status.ts';
import { ANNOTATION_TOLD } from './name.ts';

/** Whether nothing more will come of a Job. */
export function isFinished(job: KubeObject): boolean {
  return holds(job, 'Complete') || holds(job, 'Failed');
}

/** Whether nothing more is to be said of a Job: it is over, or a step has told its end. */
function isTold(job: KubeObject): boolean {
  return isFinished(job) || job.metadata.annotations?.[ANNOTATION_TOLD] !== undefined;
}

/** Whether it was made, and what it needs may not be there yet: it has never begun. */
export function isUnbegun({ spec, status }: Job): boolean {
  return spec.suspend === true && !(status as { startTime?: string } | undefined)?.startTime;
}

/**
 * Which of the Jobs of this step and request is taken up: one that still runs, whichever attempt began
 * it; else that of this very attempt, of which the end is told again. Pure.
 * @param own name of the Job of this attempt
 */
export function jobToTakeUp(found: readonly Job[], own: string): Job | undefined {
  return found.find((job) => !isTold(job)) ?? found.find(({ metadata }) => metadata.name === own);
}
