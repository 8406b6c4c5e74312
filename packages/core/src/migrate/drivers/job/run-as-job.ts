import type { Connection } from '../../../cluster/connection.ts';
import { objectName } from '../../../cluster/object.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import type { MigrateRequest } from '../../request.ts';
import type { DriverIo, RemoteOutcome } from '../remote.ts';
import { requireJobAccess } from './access.ts';
import { conclude, removeJob } from './conclude.ts';
import { openJobLogs } from './logs.ts';
import { migrationKey } from './name.ts';
import type { Place } from './objects.ts';
import type { JobOptions } from './options.ts';
import { type Prepared, prepareJob } from './prepare.ts';
import { watchJob } from './watch-job.ts';

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
    return await conclude(place, job, options, watched, logs, io);
  } finally {
    closing.abort();
    await logs.close();
  }
}
