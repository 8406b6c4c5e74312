import type { Connection } from '../../../cluster/connection.ts';
import { objectName, RESOURCES } from '../../../cluster/object.ts';
import { openLookUp } from '../../../rollout/look-up.ts';
import { DEFAULT_POLICY, type RolloutPolicy } from '../../../rollout/policy.ts';
import type { RolloutTarget } from '../../../rollout/target.ts';
import { type Standing, track } from '../../../rollout/tracker.ts';
import { openView } from '../../../rollout/view.ts';
import { watchesFor } from '../../../rollout/watches.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { collection } from '../../../workload/kinds/kind.ts';
import type { Pod } from '../../../workload/types.ts';
import type { DriverIo } from '../remote.ts';
import { decideJob, isPastEnd, type JobDecision, LATE } from './decide.ts';
import type { JobLogs } from './logs.ts';
import { rememberPods, type SeenPods } from './seen-pods.ts';

/** What following a Job came to. */
export interface Followed {
  /** `wait` when the signal has aborted. */
  readonly decision: JobDecision;
  /** The last look; `undefined` where there was none. */
  readonly standing: Standing | undefined;
  readonly pods: SeenPods;
}

/** However far away the next deadline is, look at the time now and then. */
const LONGEST_WAIT = 5_000;

function targetOf(job: Job): RolloutTarget {
  const { name, namespace } = job.metadata;
  return {
    resource: RESOURCES.jobs,
    namespace,
    name: objectName('Job', name),
    written: job,
    changed: true,
    imagesOf: undefined,
    workload: undefined,
  };
}

/** Says how it gets on until the runner itself speaks. */
function teller(info: (line: string) => void): (standing: Standing, pods: SeenPods) => void {
  let told = '';
  return ({ verdict }, pods) => {
    const begun = [...pods.values()].some(({ started }) => started);
    if (begun || verdict.status !== 'progressing' || verdict.message === told) return;
    told = verdict.message;
    info(told);
  };
}

/**
 * Watches a Job and its pods until it is known what became of them, and `signal` has not aborted
 * before. What is wrong with pods is judged as in a rollout.
 * @param timeout milliseconds after which its end is overdue, whatever the cluster says
 * @throws ApiError when watching is refused
 */
export async function followJob(
  {
    connection,
    info,
    clock,
  }: Pick<DriverIo, 'info' | 'clock'> & { readonly connection: Connection },
  job: Job,
  logs: JobLogs,
  timeout: number,
  signal: AbortSignal,
  onPods: (pods: SeenPods) => void,
): Promise<Followed> {
  const namespace = job.metadata.namespace ?? '';
  const container = job.spec.template.spec.containers[0]?.name ?? '';
  const target = targetOf(job);
  const policy: RolloutPolicy = { ...DEFAULT_POLICY, timeout };
  const begin = clock.now();
  const listener = { onObjects: () => undefined, onNotice: info };
  const tracker = track([target], policy, begin);
  const view = openView({ connection, namespace, listener, clock, signal }, watchesFor([target]));
  const lookUp = openLookUp({ connection, listener, signal });
  const tell = teller(info);
  let pods: SeenPods = new Map();
  let standing: Standing | undefined;
  let pastEndSince: number | undefined;
  try {
    while (!signal.aborted) {
      view.throwIfRefused();
      const now = clock.now();
      if (view.isComplete()) {
        const { collections, current } = view.read(now);
        const look = (): readonly Standing[] =>
          tracker.look({ ...collections, ...lookUp.collections() }, current, now);
        let [seen] = look();
        if (seen && (await lookUp.ask([seen], now))) [seen] = look();
        if (!seen) throw new Error('a target was not looked at');
        standing = seen;
        pods = rememberPods(pods, collection<Pod>(collections, RESOURCES.pods), container);
        onPods(pods);
        logs.see(pods);
        tell(seen, pods);
        const object = seen.observation.object as Job | undefined;
        const live = object?.metadata.uid === job.metadata.uid ? object : undefined;
        if (isPastEnd({ job: live })) pastEndSince ??= now;
        const overdue = now - Math.min(pastEndSince ?? now, begin + timeout);
        const { verdict } = seen;
        const decision = decideJob({
          job: live,
          pods: [...pods.values()],
          verdict,
          current,
          overdue,
        });
        if (decision.kind !== 'wait') return { decision, standing, pods };
        const next = verdict.status === 'progressing' ? verdict.reconsiderAt : now + LONGEST_WAIT;
        await view.changed(Math.max(1, Math.min(next, now + LONGEST_WAIT) - clock.now()));
      } else {
        if (now >= begin + timeout + LATE) break;
        await view.changed(LONGEST_WAIT);
      }
    }
  } finally {
    await view.close();
  }
  const decision: JobDecision = signal.aborted
    ? { kind: 'wait' }
    : { kind: 'lost', pod: undefined, condition: undefined };
  return { decision, standing, pods };
}
