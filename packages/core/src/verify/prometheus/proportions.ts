/** How many of how many: errors of requests. */
export interface Proportion {
  readonly hits: number;
  readonly total: number;
}

/** What a comparison of two proportions came to. */
export interface Significance {
  /** Standard errors between the two; positive where the second is larger. */
  readonly z: number;
  /** Whether the second is larger by more than chance explains, at {@link LEVEL}. */
  readonly larger: boolean;
}

/** So many comparisons in a hundred call a difference one that is chance. */
export const LEVEL = 0.01;

/** The standard normal deviate that is exceeded with the probability {@link LEVEL}. */
const CRITICAL = 2.3263478740408408;

/**
 * Whether the proportion `now` is larger than `before`: the one-sided two-proportion z-test, with the
 * proportion of both together under the hypothesis that they are equal. `undefined` where there is nothing
 * to compare, or where what is counted is no proportion.
 *
 * The Mann–Whitney test that others use compares samples of a ratio and not what was counted: five
 * samples cannot be told apart at 2 % unless they do not overlap at all, errors are mostly 0 and tie, and
 * it does not know whether a sample stands for ten requests or for ten thousand.
 */
export function compareProportions(before: Proportion, now: Proportion): Significance | undefined {
  const counts = [before.hits, before.total, now.hits, now.total];
  if (!counts.every((count) => Number.isFinite(count) && count >= 0)) return undefined;
  if (before.total <= 0 || now.total <= 0) return undefined;
  if (before.hits > before.total || now.hits > now.total) return undefined;
  const pooled = (before.hits + now.hits) / (before.total + now.total);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.total + 1 / now.total));
  const difference = now.hits / now.total - before.hits / before.total;
  // All of both, or none of either: they are equal.
  const z = error > 0 ? difference / error : 0;
  return { z, larger: z > CRITICAL };
}
