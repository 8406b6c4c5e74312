import type { Connection, RequestOptions } from '../../../cluster/connection.ts';
import { deleteObject } from '../../../cluster/delete.ts';
import { objectName, RESOURCES } from '../../../cluster/object.ts';
import { errorMessage } from '../../../errors.ts';
import { collectEvidence } from '../../../rollout/evidence.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import type { MigrateRequest } from '../../request.ts';
import type { DriverIo, RemoteOutcome } from '../remote.ts';
import { requireJobAccess } from './access.ts';
import { leftRunning, stopJob, stopping } from './cancel.ts';
import type { JobDecision } from './decide.ts';
import { type Followed, followJob } from './follow.ts';
import { type JobLogs, openJobLogs } from './logs.ts';
import { partNames } from './manifest.ts';
import { migrationKey } from './name.ts';
import { type Place, removeAfter, removeSecret } from './objects.ts';
import type { JobOptions } from './options.ts';
import { jobOutcome } from './outcome.ts';
import { type Prepared, prepareJob } from './prepare.ts';
import type { SeenPods } from './seen-pods.ts';

/** A step has 7.5 s between being cancelled and being killed, and its report comes after this. */
const TIME_TO_STOP = 5_500;
/** Seconds for which a Job stays that has ended well, or did not: somebody may want to look at it. */
const KEPT = { good: 3_600, bad: 86_400 };
/** What the pod takes to be there, beside the Job's own time; milliseconds. */
const SLACK = 60_000;
/** What comes last is done after a cancellation, too (see `hurried`), and not for long. */
const LAST: RequestOptions = { patience: 2_000, timeout: 2_000, signal: AbortSignal.any([]) };

/** How the following of a Job ended, and in which way it was cancelled, if it was. */
interface Watched extends Followed {
  readonly cancelled: 'left' | 'stopped' | undefined;
  /** What could not be done about it. */
  readonly trouble: string | undefined;
}

/** Follows a Job until its end, or until the run is cancelled and nothing more is to be done. */
async function watchJob(
  place: Place,
  job: Job,
  { onCancel, timeout }: JobOptions,
  logs: JobLogs,
  io: DriverIo,
): Promise<Watched> {
  const done = new AbortController();
  const closed = new AbortController();
  let pods: SeenPods = new Map();
  let cancelled: Watched['cancelled'];
  let stopped: Promise<string | undefined> | undefined;
  const cancel = (): void => {
    cancelled = onCancel === 'stop' ? 'stopped' : 'left';
    if (cancelled === 'left') {
      done.abort();
      return;
    }
    stopped = stopJob(place, job, pods);
    io.clock.sleep(TIME_TO_STOP, closed.signal).then(
      () => done.abort(),
      () => undefined,
    );
  };
  if (io.signal.aborted) cancel();
  else io.signal.addEventListener('abort', cancel, { once: true });
  try {
    const tools = { connection: place.connection, info: io.info, clock: io.clock };
    const followed = await followJob(tools, job, logs, timeout + SLACK, done.signal, (seen) => {
      pods = seen;
    });
    return { ...followed, cancelled, trouble: await stopped };
  } finally {
    io.signal.removeEventListener('abort', cancel);
    closed.abort();
  }
}

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

async function removeJob(place: Place, job: Job, io: DriverIo): Promise<'deleted' | 'there'> {
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
  kept: { readonly seconds: number; readonly secret: boolean },
  io: DriverIo,
): Promise<void> {
  try {
    await removeAfter(place, job, kept.seconds, LAST);
    if (uri.kind !== 'value' || kept.secret) return;
    await removeSecret(place, partNames(job.metadata.name).secret, LAST);
  } catch (error) {
    io.warn(
      `The ${objectName('Job', job.metadata.name)} could not be tidied up: ${errorMessage(error)}`,
    );
  }
}

/** What is said and done at the end of a Job. */
async function conclude(
  place: Place,
  job: Job,
  options: JobOptions,
  watched: Watched,
  decision: Exclude<JobDecision, { kind: 'wait' }>,
  logs: JobLogs,
  io: DriverIo,
): Promise<RemoteOutcome> {
  await logs.rest();
  const bare = decision.kind === 'not-started';
  if (bare || decision.kind === 'stuck') await showEvidence(place, watched, io);
  const fate = bare ? await removeJob(place, job, io) : 'there';
  const { name, namespace = '' } = job.metadata;
  const { saidBy } = logs;
  const { timeout } = options;
  const stopped = watched.cancelled === 'stopped' && watched.trouble === undefined;
  const outcome = jobOutcome(decision, { namespace, name, timeout, saidBy, fate, stopped });
  const seconds = outcome.failure ? KEPT.bad : KEPT.good;
  const secret = decision.kind === 'stuck' || decision.kind === 'lost';
  if (fate === 'there' && decision.kind !== 'deleted') {
    await tidy(place, job, options, { seconds, secret }, io);
  }
  return outcome;
}

/** Makes the Job, or finds it; one that could not be made whole is taken away again. */
async function prepare(
  place: Place,
  request: MigrateRequest,
  options: JobOptions,
  io: DriverIo,
): Promise<Prepared> {
  let made: Job | undefined;
  const key = migrationKey(request, options);
  try {
    await requireJobAccess(place, options, { signal: io.signal });
    const prepared = await prepareJob(place, request, options, key, io, (job) => {
      made = job;
    });
    const { name, namespace } = prepared.job.metadata;
    const what = `${objectName('Job', name)} in namespace ${namespace}`;
    io.info(
      prepared.attached
        ? `This step has its Job already, and takes it up again: ${what}`
        : `Created ${what}`,
    );
    return prepared;
  } catch (error) {
    if (made) await removeJob(place, made, io);
    throw error;
  }
}

/**
 * Runs migrations as a Job in the cluster, by PAAL's own runner in the image that is given, and gives
 * what came of it once it is known. The same step of the same run, run again, takes up its Job that still
 * runs; in the same attempt also one that has ended.
 * @throws UserError when something is missing, and nothing was run; ApiError, UnreachableError
 */
export async function runAsJob(
  request: MigrateRequest,
  options: JobOptions,
  { connection }: { readonly connection: Connection },
  io: DriverIo,
): Promise<RemoteOutcome> {
  const place: Place = { connection, namespace: options.namespace };
  const { job } = await prepare(place, request, options, io);
  const closing = new AbortController();
  const container = job.spec.template.spec.containers[0]?.name ?? '';
  const { info, warn, clock } = io;
  const logs = openJobLogs({ connection, container, info, warn, clock, signal: closing.signal });
  try {
    const watched = await watchJob(place, job, options, logs, io);
    const { decision, cancelled, trouble } = watched;
    if (trouble) io.warn(trouble);
    if (decision.kind === 'wait') {
      await tidy(place, job, options, { seconds: KEPT.bad, secret: true }, io);
      const failure = cancelled === 'stopped' && !trouble ? stopping(job) : leftRunning(job);
      return { result: undefined, exitCode: undefined, failure };
    }
    return await conclude(place, job, options, watched, decision, logs, io);
  } finally {
    closing.abort();
    await logs.close();
  }
}
