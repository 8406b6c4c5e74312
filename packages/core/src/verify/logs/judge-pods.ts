import type { CheckConfigs } from '../../config/check-schema.ts';
import { countOf } from '../../workload/kinds/count.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';
import { oneLine } from '../text.ts';
import { levelName, shownKinds, tooMany } from './answer.ts';
import { beyondPast, type Kind, type Past } from './kinds.ts';

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

/** An answer that says nothing. */
export function unproven(value: string, message: string, hint: string): Observation {
  return { outcome: 'inconclusive', retry: true, value, message, hint };
}

/** That there is nobody whose logs could be looked at. */
export function noPods(): Observation {
  return unproven(
    'no pods',
    'there are no new pods, whose logs could be looked at',
    'Is the workload scaled to 0, or one that makes no pods of its own?',
  );
}

/** What the logs of the new pods mean; pure. */
export function judgePods(seen: PodsSeen, policy: PodsPolicy): Observation {
  const { pods, silent, behind, troubles } = seen;
  const { level, max, past } = policy;
  if (pods.length === 0) return noPods();
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
      `the log of ${named(behind)} is longer than what is read at once (1 MiB a pod); so far ${countOf(seen.lines, 'line')} were read`,
      'The rest follows with the next measurements; where that never ends, log less, or ask Elasticsearch.',
    );
  }
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const some = total === 0 ? 'no line' : `${countOf(total, 'line')}, tolerated ${max},`;
  return {
    outcome: 'succeeded',
    retry: true,
    value: countOf(total, 'line'),
    number: total,
    message: `${some} of level ${levelName(level)}${compared ? ' that was not there before' : ''} among ${countOf(seen.lines, 'line')} of ${countOf(pods.length, 'pod')}`,
    ...shownKinds(kinds),
  };
}
