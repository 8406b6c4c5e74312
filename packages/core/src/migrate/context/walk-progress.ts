import { formatDuration } from '../../config/duration.ts';

/** How far a walk is. */
export interface WalkProgress {
  /** Documents done, by interrupted attempts too. */
  readonly documents: number;
  /** Of those, how many this attempt did, and in how many milliseconds. */
  readonly ofAttempt: number;
  readonly milliseconds: number;
  /** About how many there are; `undefined` when that is not known. */
  readonly total: number | undefined;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Two digits are as many as a rate means. */
function rounded(value: number): number {
  return value < 10 ? Number(value.toFixed(1)) : Number(value.toPrecision(2));
}

/** `400,000 documents, 21,000/s, 40 %, about 30 s left`; the last two where the total is known. */
export function progressLine(progress: WalkProgress): string {
  const { documents, ofAttempt, milliseconds, total } = progress;
  const perSecond = ofAttempt / (Math.max(1, milliseconds) / 1_000);
  const rate = rounded(perSecond);
  const begin = `${grouped(documents)} documents, ${rate < 10 ? rate : grouped(rate)}/s`;
  if (total === undefined || documents >= total) return begin;
  const left =
    ofAttempt === 0
      ? ''
      : `, about ${formatDuration(((total - documents) / perSecond) * 1_000)} left`;
  return `${begin}, ${Math.floor((documents / total) * 100)} %${left}`;
}
