import { systemClock } from '../../clock.ts';
import { checkSchema } from '../../config/check-schema.ts';
import { WorkloadAbsentError } from '../../workload/live.ts';
import type { Pod } from '../../workload/types.ts';
import type { JsonValue, Observation } from '../check.ts';
import { logsProbe } from '../checks/logs.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { Kubelet, type Line, podOf } from './kubelet.test-data.ts';

/** A signal that is never aborted. */
export const NEVER = new AbortController().signal;

/** A check, and what it looks at. */
export interface Ground {
  readonly kubelet: Kubelet;
  readonly pods: Pod[];
  readonly probe: Probe;
  /** From now on the workload is not there. */
  absent(): void;
  measure(): Promise<Observation>;
}

/** A check of the logs of these pods, one run each. */
export function ground(
  logs: Readonly<Record<string, readonly Line[]>>,
  more: object = {},
  before?: readonly JsonValue[],
  phase: 'before' | 'after' = 'after',
): Ground {
  const kubelet = new Kubelet();
  const pods = Object.keys(logs).map((name) => podOf(name));
  for (const [name, lines] of Object.entries(logs)) kubelet.runs.set(name, [[...lines]]);
  const live = kubelet.live(() => pods);
  let isAbsent = false;
  const context: Surroundings = {
    variables: {
      url: undefined,
      version: undefined,
      namespace: 'shop',
      environment: undefined,
      app: undefined,
      release: undefined,
    },
    servers: { prometheus: undefined, alertmanager: undefined, elasticsearch: undefined },
    live: {
      ...live,
      read: async (signal) => {
        if (isAbsent)
          throw new WorkloadAbsentError('There is no deployment/web in namespace shop.');
        return await live.read(signal);
      },
    },
    before: () => before,
    phase,
    clock: systemClock,
    workspace: '/',
  };
  const config = checkSchema.parse({ logs: more }).logs;
  if (!config) throw new Error('no logs check');
  const probe = logsProbe(config, context);
  const absent = (): void => {
    isAbsent = true;
  };
  return { kubelet, pods, probe, absent, measure: () => probe.measure(NEVER) };
}

/** A line that is no error. */
export const READY: Line = [0.5, 'ready'];
