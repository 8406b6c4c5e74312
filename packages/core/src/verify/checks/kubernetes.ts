import type { CheckConfigs } from '../../config/check-schema.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import type { Observation } from '../check.ts';
import { judgeAvailability } from '../pods/availability.ts';
import { found } from '../pods/findings.ts';
import { lookAt, nameOf } from '../pods/look.ts';
import { rememberReady, type SeenReady } from '../pods/standing.ts';
import { sumUp } from '../pods/sum-up.ts';
import {
  describeWarning,
  type OldNews,
  oldNewsOf,
  type Warning,
  warningsOf,
} from '../pods/warnings.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

const SHOWN = 5;

/** What warnings about a workload that is otherwise well, or not, make of it. Pure. */
export function withWarnings(observation: Observation, warnings: readonly Warning[]): Observation {
  if (warnings.length === 0) return observation;
  const shown = warnings.slice(0, SHOWN).map(describeWarning);
  const more = warnings.length > SHOWN ? [`${warnings.length - SHOWN} more warnings`] : [];
  const text = [...shown, ...more].join('; ');
  if (observation.outcome === 'failed') {
    return { ...observation, message: `${observation.message}; ${text}` };
  }
  return found(
    'failed',
    `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`,
    text,
    'Look at it with kubectl describe; a reason that is of no account goes into "ignore-reasons".',
  );
}

/** What is remembered from one look to the next. */
interface Memory {
  readonly seen: SeenReady;
  readonly complete: ReadonlySet<string>;
  readonly old: OldNews;
}

function remember(
  before: Memory | undefined,
  workloads: readonly LiveWorkload[],
  age: number | undefined,
): Memory {
  const pods = workloads.flatMap(({ newPods }) => newPods);
  const complete = workloads.filter(({ progress }) => progress?.complete).map(nameOf);
  return {
    seen: rememberReady(before?.seen ?? new Set(), pods),
    complete: new Set([...(before?.complete ?? []), ...complete]),
    old: before?.old ?? oldNewsOf(workloads, age),
  };
}

/**
 * The check that the workloads are available, and that no new warnings are about them.
 * @throws UserError for workloads that are not verified
 */
export function kubernetesProbe(
  config: CheckConfigs['kubernetes'],
  { live }: Pick<Surroundings, 'live'>,
): Probe {
  const { warnings: policy, 'ignore-reasons': ignored } = config;
  const look = lookAt(live, config.workloads, `The check "${config.name ?? 'kubernetes'}"`);
  const target = `state of ${look.names.join(', ')}`;
  let memory: Memory | undefined;

  const judge = (workload: LiveWorkload, { seen, complete, old }: Memory) => {
    const available = judgeAvailability(workload, seen, complete.has(nameOf(workload)));
    const found = warningsOf(workload, old, ignored, seen);
    const observation = policy === 'fail' ? withWarnings(available, found) : available;
    const remarks =
      policy === 'report' ? found.map((one) => describeWarning({ ...one, count: 1 })) : [];
    return { subject: nameOf(workload), observation, remarks };
  };

  return {
    name: oneLine(target, NAME_LIMIT),
    target,
    threshold: policy === 'fail' ? 'available, no new warnings' : 'available',
    warmsUp: true,
    prepare: async (signal) => {
      await look.prepare(signal);
      return [];
    },
    measure: async (signal) => {
      const { trouble, workloads } = await look.take(signal);
      if (trouble) return trouble;
      const present = remember(memory, workloads, look.live.age());
      memory = present;
      const findings = workloads.map((workload) => judge(workload, present));
      const remarks = findings.flatMap((finding) => finding.remarks);
      const observation = sumUp(findings, 'workload');
      return remarks.length > 0 ? { ...observation, warnings: remarks } : observation;
    },
  };
}
