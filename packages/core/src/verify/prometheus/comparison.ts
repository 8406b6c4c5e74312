import type { CheckConfigs } from '../../config/check-schema.ts';
import type { JsonValue, Observation } from '../check.ts';
import type { Surroundings } from '../probe.ts';
import { type Asking, observe } from './asking.ts';
import {
  type Baseline,
  baselineOfKept,
  type Changes,
  changeOf,
  judgeChange,
  median,
} from './baseline.ts';
import type { Proportion } from './proportions.ts';
import { countBoth } from './requests.ts';
import { toNumber } from './result.ts';
import type { LaterVariables } from './variables.ts';

/** Before the release began, by so many seconds: its first pods start at once. */
const MARGIN = 15;

/** What a comparison is made with. */
export interface Comparing {
  readonly asking: Asking;
  readonly config: CheckConfigs['prometheus'];
  readonly name: string;
  readonly variables: LaterVariables;
  readonly surroundings: Pick<Surroundings, 'before' | 'first' | 'live' | 'verifiedBefore'>;
}

/** The changes that a check allows; `undefined` where it compares with nothing. */
export function changesOf(config: CheckConfigs['prometheus']): Changes | undefined {
  if (config.baseline === undefined) return undefined;
  const { 'max-increase': increase, 'max-decrease': decrease } = config;
  return { increase: changeOf(increase), decrease: changeOf(decrease) };
}

function without(seen: Observation, hint: string): Observation {
  return {
    ...seen,
    outcome: 'inconclusive',
    message: `${seen.message}; but there is no baseline to compare it with`,
    hint,
  };
}

async function countsOf(
  { asking: { prometheus } }: Comparing,
  query: string,
  signal: AbortSignal,
  time?: number,
): Promise<Proportion | undefined> {
  const { ratioOf } = await import(/* webpackMode: "eager" */ './ratio.ts');
  return await countBoth(prometheus, ratioOf(query)?.counts, signal, time);
}

/** What the server has of the time before the release began; `undefined` where that is not known. */
async function askedForBefore(
  comparing: Comparing,
  signal: AbortSignal,
): Promise<Baseline | Observation | undefined> {
  const { asking, config, variables, surroundings } = comparing;
  const age = surroundings.live?.age();
  if (age === undefined) return undefined;
  const now = await asking.prometheus.now(signal);
  if (now.trouble) return now.trouble;
  const query = await variables.fillForBefore(config.query, signal);
  if (typeof query !== 'string') return query;
  const time = now.found - age / 1_000 - MARGIN;
  const seen = await observe(asking, query, signal, time);
  if (seen.outcome === 'error') return seen;
  const value = toNumber(seen.value);
  if (!Number.isFinite(value)) return undefined;
  const counted = await countsOf(comparing, query, signal, time);
  return { value, counted, origin: 'before the release' };
}

function keptOrVerified({ config, name, surroundings }: Comparing): Baseline | undefined {
  if (config.baseline === 'before') {
    const kept = surroundings.before('prometheus', name);
    return kept && baselineOfKept(kept, 'before the release');
  }
  const numbers = surroundings.verifiedBefore?.('prometheus', name) ?? [];
  const value = median(numbers);
  const origin = `in the last ${numbers.length === 1 ? 'verified release' : `${numbers.length} verified releases`}`;
  return value === undefined ? undefined : { value, counted: undefined, origin };
}

const HINTS = {
  before:
    'Run paal/verify-health with phase: before in front of the rollout, or give it the release, so that Prometheus can be asked for the time before it.',
  verified: 'There is one once a release was verified with this check; max or min work without.',
} as const;

/** Compares values with what was before. */
export interface Comparison {
  /** `seen`, a value of `query` that is good by itself, beside the baseline. */
  judge(seen: Observation, query: string, signal: AbortSignal): Promise<Observation>;
  /** `seen`, whatever it is by itself, with what a later verification compares with. */
  keep(seen: Observation, query: string, signal: AbortSignal): Promise<Observation>;
}

export function comparisonWith(comparing: Comparing, changes: Changes): Comparison {
  const { baseline: kind = 'before' } = comparing.config;
  let known: Baseline | undefined;

  const find = async (signal: AbortSignal): Promise<Baseline | Observation | undefined> => {
    known ??= keptOrVerified(comparing);
    if (known || kind !== 'before') return known;
    const found = await askedForBefore(comparing, signal);
    if (found && 'origin' in found) known = found;
    return found;
  };

  return {
    keep: async (seen, query, signal) => {
      const value = toNumber(seen.value);
      if (!Number.isFinite(value)) return seen;
      const counted = await countsOf(comparing, query, signal);
      const keep: JsonValue = counted ? { value, ...counted } : value;
      return { ...seen, keep };
    },
    judge: async (seen, query, signal) => {
      const value = toNumber(seen.value);
      if (Number.isNaN(value)) return seen;
      const baseline = await find(signal);
      if (baseline === undefined) {
        if (!comparing.surroundings.first) return without(seen, HINTS[kind]);
        const message = `${seen.message}; nothing was there before this first release to compare it with`;
        return { ...seen, message };
      }
      if (!('origin' in baseline)) return baseline;
      const plain = judgeChange(seen, { value, counted: undefined }, baseline, changes);
      if (plain.outcome !== 'failed' || !baseline.counted) return plain;
      const counted = await countsOf(comparing, query, signal);
      return judgeChange(seen, { value, counted }, baseline, changes);
    },
  };
}
