import type { Release } from '../release/release.ts';
import type { RollbackTarget } from './target.ts';

/**
 * The workloads that go back, where that is not all: others stay at the release that is left, or the
 * release that is gone back to has others. `undefined` where everything goes back. Pure.
 * @param left the release that is gone back from, where it is known
 */
export function partOfRollback(
  left: Release | undefined,
  { release: reached, sources }: Pick<RollbackTarget, 'release' | 'sources'>,
): readonly string[] | undefined {
  const leaving = left?.workloads.filter((one) => !left.takenBack.includes(one)) ?? [];
  const all = [...leaving, ...reached.workloads];
  return all.every((one) => sources.has(one)) ? undefined : [...sources.keys()];
}

/**
 * The same of a rollback that follows a failure by itself: it takes back what the failed rollout has
 * changed, so that only what did not serve before stays. Pure.
 */
export function partAfterFailure({
  sources,
  left,
}: Pick<RollbackTarget, 'sources' | 'left'>): readonly string[] | undefined {
  return left.length > 0 ? [...sources.keys()] : undefined;
}
