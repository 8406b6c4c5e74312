import { hasCode } from '../../../cluster/api-error.ts';
import { deleteObject } from '../../../cluster/delete.ts';
import { objectName, RESOURCES } from '../../../cluster/object.ts';
import { errorMessage, UserError } from '../../../errors.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import type { Place } from './objects.ts';
import type { SeenPod, SeenPods } from './seen-pods.ts';

/**
 * Asks the runner to stop: its pod is deleted, so that it gets SIGTERM and has the pod's grace period to
 * come to a safe point; after that the Job fails. A Job without a pod is deleted itself. Never fails:
 * gives what could not be done as a sentence.
 */
export async function stopJob(
  { connection, namespace }: Place,
  job: Job,
  pods: SeenPods,
): Promise<string | undefined> {
  const running = [...pods.values()].filter(({ over }) => !over);
  const remove = async ({ uid, name }: SeenPod): Promise<void> => {
    const metadata = { name, namespace, uid };
    await deleteObject(connection, RESOURCES.pods, { apiVersion: 'v1', kind: 'Pod', metadata });
  };
  try {
    if (running.length > 0) await Promise.all(running.map(remove));
    else await deleteObject(connection, RESOURCES.jobs, job);
    return undefined;
  } catch (error) {
    if (hasCode(error, 404)) return undefined;
    return `The ${objectName('Job', job.metadata.name)} could not be stopped: ${errorMessage(error)}`;
  }
}

/** What is said of a Job that goes on although its run was cancelled. */
export function leftRunning({ metadata: { name, namespace = '' } }: Job): UserError {
  const job = objectName('Job', name);
  return new UserError(
    `The run was cancelled; the ${job} in namespace ${namespace} was left, and goes on with its migrations. ` +
      `See it: kubectl -n ${namespace} logs -f ${job}. Stop it at its next safe point: kubectl -n ${namespace} ` +
      `delete pod -l job-name=${name}. A re-run of this run's jobs takes it up again; other runs wait for its lease.`,
    { failureReason: 'Cancelled' },
  );
}

/** What is said of a Job that was asked to stop, and had not come to its end in time. */
export function stopping({ metadata: { name, namespace = '' } }: Job): UserError {
  const job = objectName('Job', name);
  return new UserError(
    `The run was cancelled, and the ${job} in namespace ${namespace} asked to stop: it ends at its next safe point, ` +
      `or is killed when its grace period is over. See what came of it with the command status.`,
    { failureReason: 'Cancelled' },
  );
}
