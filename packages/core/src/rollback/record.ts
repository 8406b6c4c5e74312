import { isGood } from '../release/history.ts';
import type { Release, ReleaseStatus } from '../release/release.ts';
import type { RollbackTarget } from './target.ts';

/** What has become of a release. */
export interface Fate {
  readonly release: Release;
  readonly status: ReleaseStatus;
  readonly takenBack: readonly string[];
}

/** What is reached: which release the whole is, and each workload. */
export type Reached = Pick<RollbackTarget, 'sources'> & {
  readonly release: Pick<Release, 'number'>;
};

/**
 * What a rollback to `target` that serves makes of the releases; those for which nothing changes are
 * left out. A release counts as rolled back once all of its workloads were taken back. Pure.
 */
export function fatesAfter(
  releases: readonly Release[],
  { release: reached, sources }: Reached,
): readonly Fate[] {
  return releases
    .filter((release) => isGood(release) || release.status === 'rolled-back')
    .flatMap((release) => {
      const { number, workloads, status } = release;
      const source = (workload: string): number => sources.get(workload)?.number ?? number;
      const restored = workloads.filter((one) => sources.get(one)?.number === number);
      const takenBack = workloads.filter(
        (one) =>
          source(one) < number || (release.takenBack.includes(one) && !restored.includes(one)),
      );
      const gone =
        workloads.length > 0 ? takenBack.length === workloads.length : number > reached.number;
      const served = restored.length > 0 && !isGood(release) ? 'rolled-out' : status;
      const next: ReleaseStatus = gone ? 'rolled-back' : served;
      const same = next === status && takenBack.length === release.takenBack.length;
      return same ? [] : [{ release, status: next, takenBack }];
    });
}
