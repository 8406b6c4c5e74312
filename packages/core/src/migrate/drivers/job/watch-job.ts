import type { Job } from '../../../workload/kinds/job.ts';
import type { DriverIo } from '../remote.ts';
import { stopJob } from './cancel.ts';
import { type Followed, followJob } from './follow.ts';
import type { JobLogs } from './logs.ts';
import type { Place } from './objects.ts';
import type { JobOptions } from './options.ts';
import type { SeenPods } from './seen-pods.ts';

/** A step has 7.5 s between being cancelled and being killed, and its report comes after this. */
const TIME_TO_STOP = 5_500;
/** What the pod takes to be there, beside the Job's own time; milliseconds. */
const SLACK = 60_000;

/** How the following of a Job ended, and in which way it was cancelled, if it was. */
export interface Watched extends Followed {
  readonly cancelled: 'left' | 'stopped' | undefined;
  /** What could not be done about it. */
  readonly trouble: string | undefined;
}

/** Follows a Job until its end, or until the run is cancelled and nothing more is to be done. */
export async function watchJob(
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
