import { formatDuration } from '@paal/core/config/duration';
import type { Check } from '@paal/core/verify/check';
import { DEFAULT_DURATION } from '@paal/core/verify/schedule';

/** A rule that needs longer sees too little for a job that waits; milliseconds. */
const MOST_TIME = 1_800_000;

/** How long checks are asked, and why so long. */
export interface ChosenDuration {
  /** Milliseconds. */
  readonly duration: number;
  /** One sentence. */
  readonly reason: string;
}

/** What one check needs; milliseconds, `undefined` where it does not say. */
export interface Need {
  readonly name: string;
  readonly needs: number | undefined;
}

/** The longest that any check needs, from 30 s to 30 min. Pure. */
export function longestNeed(needs: readonly Need[]): ChosenDuration {
  const [longest] = needs
    .flatMap(({ name, needs: time }) => (time === undefined ? [] : [{ name, time }]))
    .sort((a, b) => b.time - a.time);
  if (!longest) {
    const duration = DEFAULT_DURATION;
    const reason = `duration: auto is ${formatDuration(duration)}, because no check says that it needs longer.`;
    return { duration, reason };
  }
  const { name, time } = longest;
  const duration = Math.min(Math.max(time, DEFAULT_DURATION), MOST_TIME);
  const bound =
    time > MOST_TIME
      ? `, the most that it can be, although the check "${name}" needs ${formatDuration(time)}`
      : time < DEFAULT_DURATION
        ? `, the least that it can be: the check "${name}" needs ${formatDuration(time)}`
        : `, as long as the check "${name}" needs`;
  return { duration, reason: `duration: auto is ${formatDuration(duration)}${bound}.` };
}

/**
 * Asks every check how long it needs to see what it looks for.
 * @throws UserError of a check that cannot be asked at all
 */
export async function chooseDuration(
  checks: readonly Check[],
  signal: AbortSignal,
): Promise<ChosenDuration> {
  return longestNeed(
    await Promise.all(
      checks.map(async ({ name, needs }) => ({ name, needs: await needs?.(signal) })),
    ),
  );
}
