import type { CheckConfigs } from '../../config/check-schema.ts';
import { nobody } from '../pods/findings.ts';
import { lookAt } from '../pods/look.ts';
import { type Baseline, baselineOf, judgeRestarts } from '../pods/restarts.ts';
import { sumUp } from '../pods/sum-up.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

/**
 * The check that no container of the new pods restarts more often than is tolerated. One that does is a
 * failure at once.
 * @throws UserError for workloads that are not verified
 */
export function restartsProbe(
  { max, since, workloads: wanted, name }: CheckConfigs['restarts'],
  { live }: Pick<Surroundings, 'live'>,
): Probe {
  const look = lookAt(live, wanted, `The check "${name ?? 'restarts'}"`);
  const target = `restarts of the new pods of ${look.names.join(', ')}`;
  let baseline: Baseline | undefined;
  return {
    name: oneLine(target, NAME_LIMIT),
    target,
    threshold: `≤ ${max} since ${since === 'start' ? 'they were created' : 'the first measurement'}`,
    warmsUp: false,
    prepare: async (signal) => {
      await look.prepare(signal);
      return [];
    },
    measure: async (signal) => {
      const { trouble, workloads } = await look.take(signal);
      if (trouble) return trouble;
      const pods = workloads.flatMap(({ newPods }) => newPods);
      baseline ??= since === 'start' ? new Map() : baselineOf(pods);
      const { findings, total } = judgeRestarts(pods, baseline, max);
      if (findings.length === 0) return nobody(look.names);
      return { ...sumUp(findings), number: total };
    },
  };
}
