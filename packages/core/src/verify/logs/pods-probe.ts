import type { CheckConfigs } from '../../config/check-schema.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { oneLine } from '../text.ts';
import { counted, levelName, shownKinds, thresholdOf, tooMany } from './answer.ts';
import { choosePods } from './chosen-pods.ts';
import { ignoring, SlowPattern } from './ignore.ts';
import {
  beyondPast,
  type Kind,
  type Kinds,
  keptPast,
  type Past,
  toKeep,
  withLines,
} from './kinds.ts';
import { readPast } from './past-pods.ts';
import { openPodsReader, type PodReading } from './read-pods.ts';

/** What is known of the logs of the new pods at a measurement. */
export interface PodsSeen {
  /** The kinds of all lines that count, since the pods' start. */
  readonly kinds: readonly Kind[];
  /** Names of the new pods, and of those of them that have said nothing since their start. */
  readonly pods: readonly string[];
  readonly silent: readonly string[];
  /** How many lines were read since the pods' start, of any level. */
  readonly lines: number;
  /** Minutes of all pods together. */
  readonly minutes: number;
  /** Pods of whose logs there is more than was read. */
  readonly behind: readonly string[];
  /** Why logs could not be had, one sentence each. */
  readonly troubles: readonly string[];
}

/** How it is judged. */
export interface PodsPolicy {
  readonly level: CheckConfigs['logs']['level'];
  readonly max: number;
  readonly requireLines: boolean;
  /** What was before the release; `unknown` where it would be compared with, and is not known. */
  readonly past: Past | 'unknown' | undefined;
}

function named(pods: readonly string[]): string {
  const more = pods.length > 3 ? ` and ${pods.length - 3} more` : '';
  return `${pods.slice(0, 3).join(', ')}${more}`;
}

function unproven(value: string, message: string, hint: string): Observation {
  return { outcome: 'inconclusive', retry: true, value, message, hint };
}

/** What the logs of the new pods mean; pure. */
export function judgePods(seen: PodsSeen, policy: PodsPolicy): Observation {
  const { pods, silent, behind, troubles } = seen;
  const { level, max, past } = policy;
  if (pods.length === 0) {
    return unproven(
      'no pods',
      'there are no new pods, whose logs could be read',
      'Is the workload scaled to 0, or one that makes no pods of its own?',
    );
  }
  const compared = past !== undefined;
  const heard = { minutes: seen.minutes, pods: pods.length };
  const kinds = past && past !== 'unknown' ? beyondPast(seen.kinds, past, heard) : seen.kinds;
  const bad = tooMany(kinds, { level, max, compared });
  if (bad && past !== 'unknown') return bad;
  if (bad) {
    return {
      ...unproven(
        bad.value,
        `${bad.message.replace(/, new or more frequent than before the release/, '')}; what the pods of before have logged is not known`,
        'Run the action with phase: before in a step before the rollout, in the same job or with its output "baseline"; the logs of pods go with them.',
      ),
      ...shownKinds(kinds),
    };
  }
  const [trouble] = troubles;
  if (trouble !== undefined) {
    const more = troubles.length > 1 ? `; and ${troubles.length - 1} more` : '';
    return providerError(
      'no logs',
      `the logs could not be read: ${oneLine(trouble.replace(/\.$/, ''), 500)}${more}`,
      'What was read has no such lines, and what was not read may have.',
    );
  }
  if (silent.length > 0 && policy.requireLines) {
    return unproven(
      'no lines',
      `${named(silent)} ${silent.length === 1 ? 'has' : 'have'} logged nothing since the start`,
      'Does the application write its log to its standard output? For one that is silent while all is well: require-lines: false.',
    );
  }
  if (behind.length > 0) {
    return unproven(
      `${seen.lines} lines`,
      `the log of ${named(behind)} is longer than what is read at once (1 MiB a pod); so far ${counted(seen.lines, 'line')} were read`,
      'The rest follows with the next measurements; where that never ends, log less, or ask Elasticsearch.',
    );
  }
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const some = total === 0 ? 'no line' : `${counted(total, 'line')}, tolerated ${max},`;
  return {
    outcome: 'succeeded',
    retry: true,
    value: counted(total, 'line'),
    number: total,
    message: `${some} of level ${levelName(level)}${compared ? ' that was not there before' : ''} among ${counted(seen.lines, 'line')} of ${counted(pods.length, 'pod')}`,
    ...shownKinds(kinds),
  };
}

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
  const chosen = choosePods(context.live, config.workloads, what);
  const ignore = ignoring(config.ignore, what);
  const compares = config.baseline === 'before';
  const kept = compares ? keptPast(context.before('logs', config.name ?? name)) : undefined;
  const { connection, namespace } = context.live as NonNullable<Surroundings['live']>;
  const tools = { connection, namespace, timeout };
  const reader = openPodsReader(tools, level);
  const hearings = new Map<string, Hearing>();
  let kinds: Kinds = new Map();
  let past: Past | undefined;

  /** For a later verification, where there is nothing of an earlier one; the same at each measurement. */
  const keep = async (pods: readonly Pod[], signal: AbortSignal): Promise<Partial<Observation>> => {
    if (!compares || kept) return {};
    past ??= await readPast(tools, pods, level, signal).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    return past ? { keep: toKeep(past) } : {};
  };

  return {
    name,
    target: `logs of the new pods of ${chosen.names.join(', ')}`,
    threshold: thresholdOf(max, level, compares),
    warmsUp: false,
    comparable: compares,
    measure: async (signal) => {
      const pods = await chosen.read(signal);
      if ('outcome' in pods) return pods;
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
        ...(await keep(pods, signal)),
      };
    },
  };
}
