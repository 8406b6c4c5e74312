import type { RequestOptions } from '../../../cluster/connection.ts';
import { deleteObject } from '../../../cluster/delete.ts';
import { objectName, RESOURCES } from '../../../cluster/object.ts';
import { errorMessage } from '../../../errors.ts';
import { collectEvidence } from '../../../rollout/evidence.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import type { DriverIo, RemoteOutcome } from '../remote.ts';
import { leftRunning, stopping } from './cancel.ts';
import type { Followed } from './follow.ts';
import type { JobLogs } from './logs.ts';
import { partNames } from './manifest.ts';
import { type Place, removeAfter, removeSecret } from './objects.ts';
import type { JobOptions } from './options.ts';
import { jobOutcome } from './outcome.ts';
import type { Watched } from './watch-job.ts';

/** Seconds for which a Job stays that has ended well, or did not: somebody may want to look at it. */
const KEPT = { good: 3_600, bad: 86_400 };
/** How long the end of a log is waited for, once its container has ended; milliseconds. */
const TIME_FOR_REST = { cancelled: 1_000, otherwise: 10_000 };
/** What comes last is done after a cancellation, too (see `hurried`), and not for long. */
const LAST: RequestOptions = { patience: 2_000, timeout: 2_000, signal: AbortSignal.any([]) };

/** Shows what was seen of a failure that the pod itself could not tell of. */
async function showEvidence(place: Place, { standing }: Followed, io: DriverIo): Promise<void> {
  if (!standing) return;
  const { clock, signal } = io;
  const findings = await collectEvidence(place.connection, standing, clock, signal);
  for (const { evidence = [] } of findings) {
    for (const { title, lines } of evidence) {
      io.info(title);
      for (const line of lines) io.info(`  ${line}`);
    }
  }
}

/** Deletes a Job that did not begin, and what goes with it; says so where that fails. */
export async function removeJob(
  place: Place,
  job: Job,
  io: DriverIo,
): Promise<'deleted' | 'there'> {
  try {
    await deleteObject(place.connection, RESOURCES.jobs, job, LAST);
    return 'deleted';
  } catch (error) {
    io.warn(`The ${objectName('Job', job.metadata.name)} is left: ${errorMessage(error)}`);
    return 'there';
  }
}

/** Leaves nothing behind for good: the Secret goes now, the Job and the rest after a while. */
async function tidy(
  place: Place,
  job: Job,
  { uri }: JobOptions,
  kept: { readonly seconds: number; readonly told: boolean; readonly secret: boolean },
  io: DriverIo,
): Promise<void> {
  try {
    await removeAfter(place, job, kept, LAST);
    if (uri.kind !== 'value' || kept.secret) return;
    await removeSecret(place, partNames(job.metadata.name).secret, LAST);
  } catch (error) {
    io.warn(
      `The ${objectName('Job', job.metadata.name)} could not be tidied up: ${errorMessage(error)}`,
    );
  }
}

/** What is said and done at the end of a Job, or of watching it. */
export async function conclude(
  place: Place,
  job: Job,
  options: JobOptions,
  watched: Watched,
  logs: JobLogs,
  io: DriverIo,
): Promise<RemoteOutcome> {
  const { decision, cancelled, trouble } = watched;
  const stopped = cancelled === 'stopped' && trouble === undefined;
  if (trouble) io.warn(trouble);
  if (decision.kind === 'wait') {
    await tidy(place, job, options, { seconds: KEPT.bad, told: false, secret: true }, io);
    const failure = stopped ? stopping(job) : leftRunning(job);
    return { result: undefined, exitCode: undefined, failure };
  }
  await logs.rest(io.signal.aborted ? TIME_FOR_REST.cancelled : TIME_FOR_REST.otherwise);
  const bare = decision.kind === 'not-started';
  if (bare || decision.kind === 'stuck') await showEvidence(place, watched, io);
  const fate = bare ? await removeJob(place, job, io) : 'there';
  const { name, namespace = '' } = job.metadata;
  const { saidBy } = logs;
  const { timeout } = options;
  const outcome = jobOutcome(decision, { namespace, name, timeout, saidBy, fate, stopped });
  const seconds = outcome.failure ? KEPT.bad : KEPT.good;
  // It may go on yet, and then needs its Secret.
  const open = decision.kind === 'stuck' || decision.kind === 'lost';
  if (fate === 'there' && decision.kind !== 'deleted') {
    await tidy(place, job, options, { seconds, told: !open, secret: open }, io);
  }
  return outcome;
}
