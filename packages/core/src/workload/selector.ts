/** It stands in the address of a request, which what is between us and the server may limit to 8 KiB. */
const LONGEST_SELECTOR = 4_096;

/**
 * The narrowest label selector that covers workloads with these selectors: one value, or
 * `key in (…)` where all share a key; `undefined` where they do not, and all must be read.
 */
export function sharedSelector(
  selectors: readonly Readonly<Record<string, string>>[],
): string | undefined {
  const [first, ...others] = selectors;
  if (!first || Object.keys(first).length === 0) return undefined;
  if (others.length === 0) {
    return Object.entries(first)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  }
  return Object.keys(first)
    .filter((key) => others.every((selector) => key in selector))
    .map((key) => [key, [...new Set(selectors.map((selector) => selector[key] ?? ''))]] as const)
    .sort((a, b) => b[1].length - a[1].length)
    .map(([key, values]) => `${key} in (${[...values].sort().join(',')})`)
    .find((selector) => selector.length <= LONGEST_SELECTOR);
}
