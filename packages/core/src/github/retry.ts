import { backOff } from '../back-off.ts';

/** As much of an error as decides whether trying again may help. */
export interface Refused {
  /** `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** Milliseconds that GitHub asks to wait. */
  readonly retryAfter: number | undefined;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const MOST_ATTEMPTS = 4;
const LONGEST_PAUSE = 2_000;
/** Whoever asks for more is not asked again: a deployment that is recorded minutes later helps nobody. */
const LONGEST_ASKED = 10_000;

/**
 * Milliseconds that GitHub asks to wait: a rate limit is a 429, or a 403 with Retry-After or nothing
 * remaining (docs.github.com, "Rate limits for the REST API").
 */
export function retryAfterOf(status: number, headers: Headers): number | undefined {
  if (status < 400) return undefined;
  const asked = Number(headers['retry-after']);
  if (asked > 0) return asked * 1_000;
  const isLimited = status === 429 || status === 403;
  return isLimited && headers['x-ratelimit-remaining'] === '0'
    ? Number.POSITIVE_INFINITY
    : undefined;
}

/** Whether the same request will be refused again: no permission, no such repository, no such commit. */
export function isPermanent({ status, retryAfter }: Refused): boolean {
  return status !== undefined && status < 500 && status !== 429 && retryAfter === undefined;
}

/**
 * Milliseconds before the next attempt; `undefined` when there is to be none.
 * @param made attempts so far
 * @param random between 0 and 1
 */
export function pauseBeforeRetry(
  refused: Refused,
  made: number,
  random: number,
): number | undefined {
  if (isPermanent(refused) || made >= MOST_ATTEMPTS) return undefined;
  const { retryAfter } = refused;
  if (retryAfter === undefined) return backOff(made, LONGEST_PAUSE, random);
  return retryAfter <= LONGEST_ASKED ? retryAfter : undefined;
}
