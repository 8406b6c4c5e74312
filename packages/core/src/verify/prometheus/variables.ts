import type { Clock } from '../../clock.ts';
import { type Live, type LiveWorkload, newPodsOf } from '../../workload/live.ts';
import type { Observation } from '../check.ts';
import { mentions } from '../template.ts';
import type { Target } from './answers.ts';
import type { Prometheus } from './api.ts';
import { promDuration } from './duration.ts';
import { formerPodsPattern, podsPattern, readLive } from './pods.ts';
import { targetsOf } from './sensors.ts';

/** What `{{window}}` is at least and at most; milliseconds. */
const SHORTEST_WINDOW = 30_000;
export const LONGEST_WINDOW = 300_000;

/** Values of `{{pods}}` and `{{window}}`. */
export interface Values {
  readonly pods: string;
  /** A duration of PromQL. */
  readonly window: string;
}

/** `query` with the variables replaced that change while a verification runs. */
export function fillInLater(query: string, values: Values): string {
  return query.replace(/\{\{\s*(pods|window)\s*\}\}/g, (_, name: keyof Values) => values[name]);
}

/**
 * The window of a measurement, as PromQL: since the verification began, so that samples of the pods before
 * do not count; long enough for two scrapes, without which there are no rates; 5 m at most.
 * @param elapsed milliseconds since the verification began
 * @param scrapeInterval milliseconds; `undefined` where it is not known
 */
export function windowOf(elapsed: number, scrapeInterval: number | undefined): string {
  const least = Math.max(SHORTEST_WINDOW, 2 * (scrapeInterval ?? 0));
  const window = Math.min(Math.max(elapsed, least), LONGEST_WINDOW);
  return `${Math.round(window / 1_000)}s`;
}

/** The longest interval at which those of `targets` are scraped; milliseconds. */
export function scrapeIntervalOf(targets: readonly Target[]): number | undefined {
  const known = targets.map(({ scrapeInterval }) => promDuration(scrapeInterval) ?? 0);
  return Math.max(0, ...known) || undefined;
}

/** Fills in what changes while a verification runs. */
export interface LaterVariables {
  /** `query` for the present moment, or why it cannot be asked now. */
  fill(query: string, signal: AbortSignal): Promise<string | Observation>;
  /** `query` for the time before the release, or why it cannot be asked. */
  fillForBefore(query: string, signal: AbortSignal): Promise<string | Observation>;
}

/** That there is nobody of whom an answer could be. */
export const NO_PODS: Observation = {
  outcome: 'inconclusive',
  retry: true,
  value: 'no pods',
  message: 'there are no new pods',
  hint: 'Has the workload replicas, and are its pods those of the present template?',
};

/** @param live what `{{pods}}` are the pods of; `undefined` only where no query mentions them */
export function laterVariables(
  prometheus: Prometheus,
  { live, clock }: { readonly live: Live | undefined; readonly clock: Clock },
): LaterVariables {
  const began = clock.now();
  let interval: number | undefined;

  const scrapeInterval = async (
    workloads: readonly LiveWorkload[],
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    if (interval !== undefined) return interval;
    const targets = await prometheus.targets(signal);
    if (targets.trouble) return undefined;
    const own = targetsOf(newPodsOf(workloads), targets.found);
    interval = scrapeIntervalOf(own.length > 0 ? own : targets.found);
    return interval;
  };

  return {
    fill: async (query, signal) => {
      const [pods, window] = [mentions(query, 'pods'), mentions(query, 'window')];
      if (!pods && !window) return query;
      const workloads = await readLive(live, signal);
      if (!Array.isArray(workloads)) return workloads as Observation;
      const pattern = podsPattern(newPodsOf(workloads));
      if (pods && pattern === '') return NO_PODS;
      const known = window ? await scrapeInterval(workloads, signal) : undefined;
      return fillInLater(query, { pods: pattern, window: windowOf(clock.now() - began, known) });
    },
    fillForBefore: async (query, signal) => {
      const workloads = mentions(query, 'pods') ? await readLive(live, signal) : [];
      if (!Array.isArray(workloads)) return workloads as Observation;
      const window = `${LONGEST_WINDOW / 1_000}s`;
      return fillInLater(query, { pods: formerPodsPattern(workloads), window });
    },
  };
}
