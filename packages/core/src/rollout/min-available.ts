import { UserError } from '../errors.ts';

/** How many new pods are enough: a number, or a share of those that are wanted. */
export type MinAvailable =
  | { readonly kind: 'pods'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/**
 * Reads `2` or `80%`.
 * @throws UserError
 */
export function parseMinAvailable(text: string, where: string): MinAvailable {
  const [, number, percent] = /^(\d{1,6})(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (number !== undefined && value > 0 && (percent === '' || value <= 100)) {
    return percent === '%' ? { kind: 'percent', percent: value } : { kind: 'pods', count: value };
  }
  throw new UserError(`${where} is "${text}"; write a number of pods, or a percentage: 80%.`);
}

/** How many of `want` pods have to serve; a percentage is rounded up. Never more than `want`. */
export function neededOf(minimum: MinAvailable | undefined, want: number): number {
  if (!minimum) return want;
  return minimum.kind === 'pods'
    ? Math.min(want, minimum.count)
    : Math.ceil((minimum.percent / 100) * want);
}
