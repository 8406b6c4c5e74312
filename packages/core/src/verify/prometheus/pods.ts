import { type Live, type LiveWorkload, WorkloadAbsentError } from '../../workload/live.ts';
import type { Pod, WorkloadKind } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { clusterTrouble } from '../pods/look.ts';

/** What the names of a workload's pods end in, as regular expressions. */
const ENDINGS: Readonly<Record<WorkloadKind, string>> = {
  Deployment: '-[a-z0-9]+-[a-z0-9]{5}',
  StatefulSet: '-[0-9]+',
  DaemonSet: '-[a-z0-9]{5}',
  CronJob: '-[0-9]+-[a-z0-9]{5}',
};

/** `name` so that a regular expression means it literally, in quotes of any kind. */
function escaped(name: string): string {
  return name.replaceAll('.', '[.]');
}

/** The regular expression that stands for `{{pods}}`: these pods, and no others. */
export function podsPattern(pods: readonly Pod[]): string {
  return pods
    .map(({ metadata }) => escaped(metadata.name))
    .sort()
    .join('|');
}

/** As {@link podsPattern}, for a time of which it is not known which pods the workloads had. */
export function formerPodsPattern(workloads: readonly LiveWorkload[]): string {
  return workloads
    .map(({ workload: { kind, name } }) => `${escaped(name)}${ENDINGS[kind]}`)
    .join('|');
}

/** Nothing is known of what is not there; before a first release that is as it should be. */
function absent({ message }: WorkloadAbsentError): Observation {
  return {
    outcome: 'inconclusive',
    retry: true,
    value: 'not there',
    message: message.replace(/\.$/, ''),
    hint: 'Is it the first release, or is the name of the workload right?',
  };
}

/** The workloads as they run now, or the observation that they could not be looked at. */
export async function readLive(
  live: Live | undefined,
  signal: AbortSignal,
): Promise<readonly LiveWorkload[] | Observation> {
  if (live === undefined) return [];
  try {
    return await live.read(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WorkloadAbsentError) return absent(error);
    return clusterTrouble(error);
  }
}
