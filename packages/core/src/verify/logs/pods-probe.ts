import type { CheckConfigs } from '../../config/check-schema.ts';
import { errorMessage } from '../../errors.ts';
import { countOf } from '../../workload/kinds/count.ts';
import { newPodsOf, WorkloadAbsentError } from '../../workload/live.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import { clusterTrouble, lookAt } from '../pods/look.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { oneLine } from '../text.ts';
import { levelName, thresholdOf } from './answer.ts';
import { ignoring, SlowPattern } from './ignore.ts';
import { judgePods, noPods, type PodsPolicy, type PodsSeen, unproven } from './judge-pods.ts';
import { type Kinds, keptPast, type Past, toKeep, withLines } from './kinds.ts';
import { readPast } from './past-pods.ts';
import { openPodsReader, type PodReading } from './read-pods.ts';

/** What was heard of each pod since its start. */
interface Hearing {
  readonly lines: number;
  readonly span: PodReading['span'];
}

function added(hearing: Hearing | undefined, { lines, span }: PodReading): Hearing {
  const known = hearing?.span;
  return {
    lines: (hearing?.lines ?? 0) + lines,
    span:
      known && span ? [Math.min(known[0], span[0]), Math.max(known[1], span[1])] : (span ?? known),
  };
}

function minutesOf(hearings: Iterable<Hearing>): number {
  let minutes = 0;
  for (const { span } of hearings) minutes += span ? (span[1] - span[0]) / 60_000 : 0;
  return minutes;
}

/**
 * The check that reads the logs of the new pods: from their start, and then what is new.
 * @throws UserError for a workload or pattern that is not usable, and where no workload is named
 */
export function podsLogsProbe(config: CheckConfigs['logs'], context: Surroundings): Probe {
  const name = 'logs of the new pods';
  const what = `The check "${config.name ?? name}"`;
  const { level, max, timeout } = config;
  const look = lookAt(context.live, config.workloads, what);
  const ignore = ignoring(config.ignore, what);
  const compares = config.baseline === 'before';
  const kept = compares ? keptPast(context.before('logs', config.name ?? name)) : undefined;
  const { connection, namespace } = look.live;
  const tools = { connection, namespace, timeout };
  const reader = openPodsReader(tools, level);
  const hearings = new Map<string, Hearing>();
  let kinds: Kinds = new Map();
  let past: Past | undefined;

  /** What there is to compare with, before the release; the same at each measurement. */
  const measurePast = async (signal: AbortSignal): Promise<Observation> => {
    try {
      const pods = newPodsOf((await look.prepare(signal)) ?? []);
      if (pods.length === 0) return noPods();
      past ??= await readPast(tools, pods, level, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof WorkloadAbsentError)) return clusterTrouble(error);
      // Of a first release every error is new.
      const nothing: Past = { minutes: 0, counts: new Map() };
      return { ...unproven('nothing there', errorMessage(error), ''), keep: toKeep(nothing) };
    }
    const kinds = past.counts.size;
    return {
      outcome: 'succeeded',
      retry: true,
      value: countOf(kinds, 'kind'),
      message: `${countOf(kinds, 'kind')} of lines of level ${levelName(level)} in ${past.minutes.toFixed(1)} minutes`,
      keep: toKeep(past),
    };
  };

  return {
    name,
    target: `logs of the new pods of ${look.names.join(', ')}`,
    threshold: thresholdOf(max, level, compares),
    warmsUp: false,
    comparable: compares,
    prepare: async () =>
      compares && !kept && context.phase !== 'before'
        ? [`${what} has nothing to compare with: nothing was kept by a step with phase: before.`]
        : [],
    measure: async (signal) => {
      if (compares && context.phase === 'before') return await measurePast(signal);
      const sight = await look.take(signal);
      if (sight.trouble) return sight.trouble;
      const pods = newPodsOf(sight.workloads);
      const readings = await reader.read(pods, signal);
      for (const reading of readings) {
        hearings.set(reading.uid, added(hearings.get(reading.uid), reading));
      }
      try {
        const counting = readings.flatMap((reading) => reading.counting);
        const ignored = ignore.of(counting.map(({ text }) => text));
        kinds = withLines(
          kinds,
          counting.filter(({ text }) => !ignored.has(text)),
        );
      } catch (error) {
        if (!(error instanceof SlowPattern)) throw error;
        const hint = 'Write it without a repetition in a repetition, such as (a+)+.';
        return providerError('slow pattern', error.message, hint, { retry: false });
      }
      const lines = (uid: string): number => hearings.get(uid)?.lines ?? 0;
      const seen: PodsSeen = {
        kinds: [...kinds.values()],
        pods: readings.map(({ pod }) => pod),
        silent: readings.filter(({ uid }) => lines(uid) === 0).map(({ pod }) => pod),
        lines: readings.reduce((sum, { uid }) => sum + lines(uid), 0),
        minutes: minutesOf(hearings.values()),
        behind: readings.filter(({ behind }) => behind).map(({ pod }) => pod),
        troubles: readings.flatMap(({ trouble }) => trouble ?? []),
      };
      const policy: PodsPolicy = {
        level,
        max,
        requireLines: config['require-lines'],
        past: compares ? (kept ?? 'unknown') : undefined,
      };
      const remarks = readings.flatMap((reading) => reading.remarks);
      const observation = judgePods(seen, policy);
      return {
        ...observation,
        ...(remarks.length > 0 ? { warnings: remarks.map((remark) => oneLine(remark)) } : {}),
      };
    },
  };
}
