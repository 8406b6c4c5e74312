import { objectName } from '../cluster/object.ts';
import { isGood, newestFirst, servedBefore, serves } from '../release/history.ts';
import type { LedgerEntry } from '../release/ledger.ts';
import type { Release } from '../release/release.ts';
import { sameTemplate } from '../workload/deployment.ts';
import type { PodTemplate } from '../workload/types.ts';
import { type Fate, fatesAfter } from './record.ts';

/** A workload that runs another release than the one that serves by the ledger. */
export interface Unrecorded {
  /** `kind/name`. */
  readonly workload: string;
  readonly runs: Release;
  readonly recorded: Release;
}

/** What is known of what runs: the present pod templates, by `kind/name`. */
export type LiveTemplates = ReadonlyMap<string, PodTemplate>;

function templateIn(
  entries: readonly LedgerEntry[],
  { number }: Release,
  workload: string,
): PodTemplate | undefined {
  const { content } = entries.find(({ release }) => release.number === number) ?? {};
  return content?.workloads.find(
    ({ workload: { kind, name } }) => objectName(kind, name) === workload,
  )?.template;
}

/**
 * The workloads of which the ledger says that one release serves, and that have the template of another
 * which served: a rollback was killed before it was recorded, or somebody has taken it back by hand. What
 * has a template of its own is left out, and so is what a newer release explains that never served. Pure.
 * @param entries what `releases` hold
 */
export function unrecorded(
  releases: readonly Release[],
  entries: readonly LedgerEntry[],
  live: LiveTemplates,
): readonly Unrecorded[] {
  return [...live].flatMap(([workload, template]) => {
    const recorded = servedBefore(releases, workload);
    if (!recorded) return [];
    const runs = newestFirst(releases).filter((release) => {
      const own = templateIn(entries, release, workload);
      return own !== undefined && sameTemplate(own, template);
    });
    const isKnown = ({ number }: Release): boolean => number === recorded.number;
    const servedOnce = (one: Release): boolean => isGood(one) || one.status === 'rolled-back';
    const explained = runs.some((one) => one.number > recorded.number && !servedOnce(one));
    if (explained || runs.some(isKnown)) return [];
    const found = runs.find((one) => serves(one, workload)) ?? runs.find(servedOnce);
    return found ? [{ workload, runs: found, recorded }] : [];
  });
}

/** What has become of the releases, going by what runs. Pure. */
export function unrecordedFates(
  releases: readonly Release[],
  found: readonly Unrecorded[],
): readonly Fate[] {
  if (found.length === 0) return [];
  const sources = new Map(found.map(({ workload, runs }) => [workload, runs]));
  // A release without workloads may have been taken back or not: nobody can tell.
  return fatesAfter(releases, { release: { number: Number.POSITIVE_INFINITY }, sources });
}

/** The releases with what has become of them since. Pure. */
export function withFates(
  releases: readonly Release[],
  fates: readonly Fate[],
): readonly Release[] {
  return releases.map((release) => {
    const fate = fates.find((one) => one.release.number === release.number);
    return fate ? { ...release, status: fate.status, takenBack: fate.takenBack } : release;
  });
}

/** One sentence about each workload of which the ledger says what is not so any more. */
export function unrecordedSentences(found: readonly Unrecorded[]): readonly string[] {
  return found.map(
    ({ workload, runs, recorded }) =>
      `${workload} runs release ${runs.number}, and not release ${recorded.number} as the ledger has it: ` +
      'a rollback ended before it was recorded, or somebody else has taken it back',
  );
}
